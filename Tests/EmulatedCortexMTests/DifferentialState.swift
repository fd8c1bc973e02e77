// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CUnicorn
import EmulatedCortexM

/// What is compared after each instruction: R0...R15, xPSR, FPSCR, S0...S31.
struct DifferentialState: Equatable {
    static let count = 50
    private var words = [UInt32](repeating: 0, count: count)

    /// Unicorn's names, in the order of the words.
    static let unicornRegisters: [Int32] =
        (0...12).map { Int32(UC_ARM_REG_R0.rawValue) + $0 } + [
            Int32(UC_ARM_REG_SP.rawValue), Int32(UC_ARM_REG_LR.rawValue), Int32(UC_ARM_REG_PC.rawValue),
            Int32(UC_ARM_REG_CPSR.rawValue), Int32(UC_ARM_REG_FPSCR.rawValue),
        ] + (0..<32).map { Int32(UC_ARM_REG_S0.rawValue) + $0 }
    /// DCRSR selectors, in the same order.
    static let selectors: [UInt32] = Array(0...16) + [33] + Array(64...95)

    init() {}
    init(of core: EmulatedCore) {
        for index in 0..<Self.count { words[index] = core.coreRegister(Self.selectors[index]) }
    }
    func apply(to core: EmulatedCore) {
        for index in 0..<Self.count { core.setCoreRegister(Self.selectors[index], words[index]) }
    }

    subscript(index: Int) -> UInt32 {
        get { words[index] }
        set { words[index] = newValue }
    }
    var pc: UInt32 {
        get { words[15] }
        set { words[15] = newValue }
    }
    var status: UInt32 {
        get { words[16] }
        set { words[16] = newValue }
    }
    var floatingPointStatus: UInt32 {
        get { words[17] }
        set { words[17] = newValue }
    }
    func withWords(_ body: ([UInt32]) -> Void) { body(words) }
    mutating func withMutableWords(_ body: (inout [UInt32]) -> Void) { body(&words) }

    /// The differences, as `name mine/theirs`.
    func differences(from other: DifferentialState) -> String {
        var parts: [String] = []
        for index in 0..<Self.count where words[index] != other.words[index] {
            let name =
                index < 16 ? "r\(index)" : index == 16 ? "xpsr" : index == 17 ? "fpscr" : "s\(index - 18)"
            parts.append(
                "\(name) \(String(words[index], radix: 16))/\(String(other.words[index], radix: 16))")
        }
        return parts.joined(separator: ", ")
    }
}
