// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Reset and clock control (RM0399 §9).
enum ClockControl {
    private static var control: Register { Register(0x5802_4400) }
    private static var configuration: Register { Register(0x5802_4410) }
    private static var domain1: Register { Register(0x5802_4418) }
    private static var kernelClocks: Register { Register(0x5802_444C) }
    /// Microseconds for an oscillator to start and for a switch to happen.
    private static var limit: UInt32 { 1_000 }

    /// 64 MHz HSI for core, buses and QUADSPI, whatever ran before.
    ///
    /// Slower than the part can be, and for that independent of the board's crystal and supply: no voltage scaling, no
    /// flash wait states to change on the way down.
    static func useInternalOscillator(_ cyclesPerMicrosecond: UInt32) -> Bool {
        control.value |= 1
        guard wait(control, 1 << 2, 1 << 2, cyclesPerMicrosecond) else { return false }
        configuration.value &= ~7
        guard wait(configuration, 7 << 3, 0, cyclesPerMicrosecond) else { return false }
        // Ignored while a PLL lives off HSI: then all is slower, and nothing else changes.
        control.value &= ~(3 << 3)
        domain1.value = 0
        // QUADSPI from the bus clock.
        kernelClocks.value &= ~(3 << 4)
        return true
    }

    private static func wait(
        _ register: Register, _ mask: UInt32, _ expected: UInt32, _ cyclesPerMicrosecond: UInt32
    ) -> Bool {
        var time = Countdown(microseconds: limit, cyclesPerMicrosecond)
        while register.value & mask != expected {
            if time.isOver() { return register.value & mask == expected }
        }
        return true
    }
}
