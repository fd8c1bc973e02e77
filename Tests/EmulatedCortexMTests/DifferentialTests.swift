// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import EmulatedCortexM
import Testing

/// Where Unicorn 2.0.1 is wrong or lenient; everything else must agree.
enum KnownDeviation {
    /// VCVT from fixed point rounds to nearest whatever FPSCR says (ARMv7-M ARM A7.7.227); QEMU before 5.2 did not.
    static func explains(difference first: UInt32, _ second: UInt32, _ state: DifferentialState) -> Bool {
        let isFromFixed = first & 0xFFBE == 0xEEBA && second & 0xE50 == 0xA40
        return isFromFixed && state.floatingPointStatus & 0xC0_0000 != 0
    }
    /// Unicorn lets LDM, STM, LDRD, STRD, the exclusives and the FPU's transfers be unaligned.
    static func explainsRefusal(faults: UInt32) -> Bool { faults == 1 << 24 }
}

@Suite struct `Differential test against Unicorn` {
    enum Group: String, CaseIterable {
        case narrow, processing, transfers, floatingPoint

        var families: [EncodingClass] {
            switch self {
            case .narrow: EncodingClass.narrow
            case .processing: EncodingClass.processing
            case .transfers: EncodingClass.transfers
            case .floatingPoint: EncodingClass.floatingPoint
            }
        }
    }

    @Test(arguments: Group.allCases)
    func `well-formed instructions have the same effect`(_ group: Group) throws {
        for family in group.families {
            let machine = try #require(DifferentialMachine(seed: 0xC0FFEE))
            machine.usesFloatingPoint = group == .floatingPoint
            var failures: [String] = [], agreed = 0
            for _ in 0..<2000 {
                let (a, b) = machine.draw(family)
                switch machine.compare(a, b) {
                case .agreed: agreed += 1
                case .bothRefused: break
                case .onlyOracle(let faults):
                    if KnownDeviation.explainsRefusal(faults: faults) { continue }
                    failures.append("\(label(a, b)): only we refuse, CFSR \(String(faults, radix: 16))")
                case .onlyOurs(let why): failures.append("\(label(a, b)): only Unicorn refuses, \(why)")
                case .different(let what, let state):
                    if KnownDeviation.explains(difference: a, b, state) { continue }
                    failures.append("\(label(a, b)): \(what)")
                }
            }
            #expect(
                failures.isEmpty,
                "\(group), \(family.name): \(failures.count) failures, \(failures.prefix(4))")
            #expect(agreed > 100, "\(family.name): only \(agreed) instructions were compared")
        }
    }

    @Test func `conditional instructions have the same effect`() throws {
        let machine = try #require(DifferentialMachine(seed: 0xB10C))
        // What an IT block may hold anywhere: no branches, no compare and branch, and 16-bit forms that set no flags.
        let families = EncodingClass.narrow.prefix(7) + EncodingClass.processing.prefix(12)
        var failures: [String] = [], agreed = 0
        for family in families {
            for _ in 0..<600 {
                let (a, b) = machine.draw(family)
                let condition = machine.drawWord() % 14
                let block = 0xBF08 | condition << 4
                switch machine.compare(a < 0xE800 ? [block, a] : [block, a, b], count: 2) {
                case .agreed: agreed += 1
                case .bothRefused: break
                case .onlyOracle(let faults):
                    failures.append("\(label(a, b)): CFSR \(String(faults, radix: 16))")
                case .onlyOurs(let why): failures.append("\(label(a, b)): only Unicorn refuses, \(why)")
                case .different(let what, _):
                    failures.append("\(String(block, radix: 16)) \(label(a, b)): \(what)")
                }
            }
        }
        #expect(failures.isEmpty, "\(failures.count) failures, \(failures.prefix(6))")
        #expect(agreed > 5000)
    }

    @Test func `random encodings are accepted only where Unicorn accepts them, with the same effect`() throws
    {
        var failures: [String] = [], agreed = 0
        for round in 0..<30 as Range<UInt64> {
            let machine = try #require(DifferentialMachine(seed: 0xD1CE + round))
            machine.usesFloatingPoint = round & 1 != 0
            for _ in 0..<4000 {
                let word = machine.drawWord()
                let a = round % 3 == 0 ? word & 0xFFFF : 0xE800 | word & 0x17FF, b = word >> 16
                if isOutOfScope(a, b) { continue }
                switch machine.compare(a, b) {
                case .agreed: agreed += 1
                // What is UNPREDICTABLE Unicorn mostly executes.
                case .bothRefused, .onlyOracle: break
                case .onlyOurs(let why): failures.append("\(label(a, b)): only Unicorn refuses, \(why)")
                case .different(let what, let state):
                    if KnownDeviation.explains(difference: a, b, state) { continue }
                    failures.append("\(label(a, b)): \(what)")
                }
            }
        }
        #expect(failures.isEmpty, "\(failures.count) failures, \(failures.prefix(30))")
        #expect(agreed > 25_000, "\(agreed) agreed")
    }

    /// IT and hints, exceptions and sleeping, which Unicorn leaves to its host, and special registers, which it keeps elsewhere.
    private func isOutOfScope(_ a: UInt32, _ b: UInt32) -> Bool {
        let isHint = a & 0xFF00 == 0xBF00 || a & 0xFFF0 == 0xF3A0
        let isException = a & 0xFF00 == 0xDF00 || a & 0xFF00 == 0xBE00
        let isSpecial = a & 0xFF80 == 0xF380 && b & 0xD000 == 0x8000 || a & 0xFFE8 == 0xB660
        return isHint || isException || isSpecial
    }
    private func label(_ a: UInt32, _ b: UInt32) -> String {
        "\(String(a, radix: 16)) \(String(b, radix: 16))"
    }
}
