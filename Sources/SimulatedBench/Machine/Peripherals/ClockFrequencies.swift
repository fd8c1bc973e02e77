// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What the clock tree delivers, in hertz.
struct ClockFrequencies: Equatable {
    /// rcc_c1_ck: the M7.
    var m7: UInt64 = 64_000_000
    /// rcc_hclk1...4: AXI and AHB, and rcc_c2_ck, the M4.
    var bus: UInt64 = 64_000_000
    var apb1: UInt64 = 64_000_000
    var apb2: UInt64 = 64_000_000
    var apb3: UInt64 = 64_000_000
    var apb4: UInt64 = 64_000_000
    /// Timers on APB1.
    var timers1: UInt64 = 64_000_000
    /// QUADSPI kernel clock; 0 when its source is off.
    var quadSPI: UInt64 = 64_000_000
    /// QUADSPI runs from HCLK, and HCLK is a PLL output that no prescaler has divided.
    var isQuadSPIOnUndividedPLL = false

    static let internalOscillator: UInt64 = 64_000_000
    static let lowPowerInternal: UInt64 = 4_000_000
    /// LSI.
    static let slowInternal: UInt64 = 32_000
}

/// A clock source of the RCC.
enum ClockSource: Int, CaseIterable {
    case hsi, csi, hse, hsi48, pll1, pll2, pll3

    /// CR bits: enable, and ready.
    var bits: (on: UInt32, ready: UInt32) {
        switch self {
        case .hsi: (0, 2)
        case .csi: (7, 8)
        case .hsi48: (12, 13)
        case .hse: (16, 17)
        case .pll1: (24, 25)
        case .pll2: (26, 27)
        case .pll3: (28, 29)
        }
    }
    /// From enabling to ready (STM32H745 datasheet; the HSE's is its typical start-up with a crystal).
    var startup: Picoseconds {
        switch self {
        case .hsi: 2 * .microsecond
        case .csi: 5 * .microsecond
        case .hsi48: 4 * .microsecond
        case .hse: 2 * .millisecond
        case .pll1, .pll2, .pll3: 100 * .microsecond
        }
    }
    /// 1, 2 or 3.
    var pllNumber: Int? {
        switch self {
        case .pll1: 1
        case .pll2: 2
        case .pll3: 3
        default: nil
        }
    }
}

/// The registers of one PLL.
struct PLLSettings {
    /// DIVM, 0 = off.
    var divider: UInt64
    /// DIVN + 1 and FRACN / 2^13.
    var multiplier: UInt64
    var fraction: UInt64
    /// DIVP, DIVQ, DIVR, each + 1; nil where DIVxEN is 0.
    var outputs: [UInt64?]
    var hasMediumRange: Bool

    /// Output `index` (P, Q, R) from an input of `source` hertz; 0 if it is off.
    func output(_ index: Int, source: UInt64) -> UInt64 {
        guard divider > 0, let output = outputs[index] else { return 0 }
        return source * (multiplier << 13 + fraction) / (divider * output << 13)
    }
    /// Whether the loop can lock: the input in 1...16 MHz and the VCO in its range (RM0399, PLL description).
    func locks(source: UInt64) -> Bool {
        guard divider > 0, source > 0 else { return false }
        let input = source / divider
        let oscillator = source * (multiplier << 13 + fraction) / (divider << 13)
        let range: ClosedRange<UInt64> =
            hasMediumRange ? 150_000_000...420_000_000 : 192_000_000...960_000_000
        return (1_000_000...16_000_000).contains(input) && range.contains(oscillator)
    }
}
