// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What this loader is made for: an STM32H745XI with the flash on QUADSPI bank 2.
enum Board {
    /// CR.FSEL: bank 2.
    static var bankSelect: UInt32 { 1 << 7 }

    /// All on alternate function 9.
    static func connectPins() {
        ClockControl.enablePorts(1 << 1 | 1 << 2 | 1 << 6 | 1 << 7)
        Pin(port: 2, number: 11).connect(9)  // PC11 NCS
        Pin(port: 1, number: 2).connect(9)  // PB2  CLK
        Pin(port: 7, number: 2).connect(9)  // PH2  IO0
        Pin(port: 7, number: 3).connect(9)  // PH3  IO1
        Pin(port: 6, number: 9).connect(9)  // PG9  IO2
        Pin(port: 6, number: 14).connect(9)  // PG14 IO3
    }
}

/// A pin of a port (RM0399 §11).
struct Pin {
    /// 0 for port A.
    let port: UInt
    let number: UInt

    /// Push-pull at the highest drive, no pull resistor.
    func connect(_ alternateFunction: UInt32) {
        let base = 0x5802_0000 &+ 0x400 &* port
        let single = UInt32(truncatingIfNeeded: number)
        let double = single &* 2
        let quadruple = single % 8 &* 4
        Register(base &+ 0x20 &+ number / 8 &* 4).replace(15 << quadruple, by: alternateFunction << quadruple)
        Register(base &+ 0x08).set(3 << double)
        Register(base &+ 0x0C).clear(3 << double)
        Register(base &+ 0x04).clear(1 << single)
        Register(base).replace(3 << double, by: 2 << double)
    }
}
