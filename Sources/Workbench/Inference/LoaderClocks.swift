// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import HardwareDescription

/// What a loader's Init expects of clocks and supply, by what it wrote to RCC and PWR (RM0399 and RM0433, chapters RCC and PWR).
struct LoaderClocks {
    /// RCC_CR.HSEON.
    private(set) var startsHighSpeed = false
    /// RCC_CR.HSEBYP together with it: an oscillator instead of a crystal.
    private(set) var bypassesHighSpeed = false
    /// RCC_BDCR.LSEON.
    private(set) var startsLowSpeed = false
    /// What it chose to feed the core; nil where it left that alone.
    private(set) var supply: BoardDefinition.Supply.Core?
    /// Frequencies of HSE for which PLL1 is set up in its limits, the likeliest first; empty where it does not tell.
    private(set) var highSpeedChoices: [Hertz] = []
    /// The SMPS was switched on, or fed: only parts with two cores (and the likes of the H725) have one.
    private(set) var usesSMPS = false

    private enum Register {
        static let control: UInt32 = 0x5802_4400
        static let pllSource: UInt32 = 0x5802_4428
        static let pllConfiguration: UInt32 = 0x5802_442C
        static let pllDividers: UInt32 = 0x5802_4430
        static let backup: UInt32 = 0x5802_4470
        static let supply: UInt32 = 0x5802_480C
    }

    init(_ settings: [RegisterWrite]) {
        var last: [UInt32: UInt32] = [:]
        for setting in settings {
            last[setting.address] = setting.value
            switch setting.address {
            case Register.control where setting.value >> 16 & 1 == 1:
                startsHighSpeed = true
                bypassesHighSpeed = setting.value >> 18 & 1 == 1
            case Register.backup where setting.value & 1 == 1: startsLowSpeed = true
            case Register.supply: note(supply: setting.value)
            default: break
            }
        }
        if startsHighSpeed { highSpeedChoices = Self.choices(last) }
    }

    /// PWR_CR3: BYPASS, LDOEN, SDEN, and the SMPS' level.
    private mutating func note(supply word: UInt32) {
        switch word & 7 {
        case 1: supply = .external
        case 2: supply = .ldo
        case 4: (supply, usesSMPS) = (.smps, true)
        default: if word & 0x30 != 0 { (supply, usesSMPS) = (.either, true) }
        }
    }

    /// Crystals and oscillators that boards have, the usual ones first.
    private static let usual: [UInt32] = [25, 8, 16, 24, 12, 26, 20, 10, 32, 40, 48, 50]
    /// The fastest that the revisions of the parts allow, which most choose (data sheets, general operating conditions).
    private static let fastest: Set<UInt64> = [400, 480]
    /// Clocks of the core that people choose, in MHz.
    private static let round: Set<UInt64> = [
        64, 80, 96, 100, 120, 160, 200, 240, 280, 300, 320, 360, 400, 480,
    ]

    private static func choices(_ registers: [UInt32: UInt32]) -> [Hertz] {
        guard let source = registers[Register.pllSource], source & 3 == 2,
            let configuration = registers[Register.pllConfiguration],
            let dividers = registers[Register.pllDividers]
        else { return [] }
        let prescaler = UInt64(source >> 4 & 63)
        guard prescaler > 0 else { return [] }
        let input = [1...2, 2...4, 4...8, 8...16][Int(configuration >> 2 & 3)]
        let oscillator = configuration >> 1 & 1 == 1 ? 150...420 : 192...960
        let (multiplier, divider) = (UInt64(dividers & 511) + 1, UInt64(dividers >> 9 & 127) + 1)
        let fitting = usual.map(UInt64.init).filter { megahertz in
            let low = UInt64(input.lowerBound) * prescaler <= megahertz
            let high = megahertz <= UInt64(input.upperBound) * prescaler
            let rate = megahertz * multiplier / prescaler
            return low && high && oscillator.contains(Int(rate))
        }
        func clock(_ megahertz: UInt64) -> UInt64? {
            let product = megahertz * multiplier
            return product % (prescaler * divider) == 0 ? product / (prescaler * divider) : nil
        }
        func rank(_ megahertz: UInt64) -> Int {
            guard let clock = clock(megahertz) else { return 2 }
            return fastest.contains(clock) ? 0 : round.contains(clock) ? 1 : 2
        }
        return (0...2).flatMap { wanted in fitting.filter { rank($0) == wanted } }
            .map { .megahertz(UInt32($0)) }
    }
}
