// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// Peripherals of the STM32H7 that loaders wait for, by address (RM0399 §2.3.2).
enum RegisterName {
    private static let reset: Range<UInt32> = 0x5802_4400..<0x5802_4800
    private static let power: Range<UInt32> = 0x5802_4800..<0x5802_4C00
    private static let controller: Range<UInt32> = 0x5200_5000..<0x5200_6000
    private static let internalFlash: Range<UInt32> = 0x5200_2000..<0x5200_3000
    private static let ports: Range<UInt32> = 0x5802_0000..<0x5802_2C00

    /// Where peripherals are; what is elsewhere is memory, or nothing.
    static let peripherals: Range<UInt32> = 0x4000_0000..<0x6000_0000

    /// `RCC (0x58024400)`, or the bare address.
    static func text(of address: UInt32) -> String {
        let name: String? =
            switch address {
            case controller: "QUADSPI"
            case reset: "RCC"
            case power: "PWR"
            case internalFlash: "the internal flash's interface"
            case ports: "a GPIO port"
            default: nil
            }
        return name.map { "\($0) (\(address.hex))" } ?? address.hex
    }

    /// What to do about a wait that does not end.
    static func remedy(forWaitOn address: UInt32) -> String {
        switch address {
        case reset:
            "it waits for an oscillator or a PLL: compare crystal, bypass (HSEBYP) and LSE with the board, or run from HSI"
        case power:
            "it waits for the core's supply: compare LDO and SMPS (PWR_CR3) and the voltage scale with the board"
        case controller:
            "give up after a number of rounds: the controller has no clock, or the flash does not answer"
        default:
            "switch the peripheral's clock on in RCC before it is used, and give up after a number of rounds"
        }
    }
}
