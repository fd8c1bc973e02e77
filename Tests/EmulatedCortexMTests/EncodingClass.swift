// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// A family of encodings written as in the architecture manual, bit by bit.
///
/// `0` and `1` are fixed. `n d m t u a` are registers other than SP and PC (in 16-bit forms any low register), each
/// letter its own field and different letters different registers; any other letter is a free bit.
struct EncodingClass {
    let name: String
    private let isNarrow: Bool
    private var fixedBits: UInt32 = 0
    private var freeMask: UInt32 = 0
    private var registers: [(shift: UInt32, mask: UInt32)] = []
    /// Extra condition on the finished halfwords: false draws again.
    private let isValid: @Sendable (UInt32, UInt32) -> Bool

    init(
        _ name: String, _ pattern: String,
        where isValid: @escaping @Sendable (UInt32, UInt32) -> Bool = { _, _ in true }
    ) {
        let bits = Array(pattern.filter { !$0.isWhitespace })
        precondition(bits.count == 16 || bits.count == 32, "\(name) has \(bits.count) bits")
        self.name = name
        self.isValid = isValid
        isNarrow = bits.count == 16
        let characters = Array(bits.reversed())
        for (position, character) in characters.enumerated() {
            let bit = UInt32(1) << UInt32(position)
            if character == "1" { fixedBits |= bit }
            if character != "0", character != "1" { freeMask |= bit }
        }
        for letter in "ndmtua" {
            guard let first = characters.firstIndex(of: letter) else { continue }
            let width = UInt32(characters.filter { $0 == letter }.count)
            registers.append((UInt32(first), (1 << width) - 1))
        }
    }

    func encoding(_ random: inout SeededGenerator) -> (UInt32, UInt32) {
        while true {
            let word = random.word() & freeMask | fixedBits
            let pair = isNarrow ? (word, 0xE7FE) : (word >> 16, word & 0xFFFF)
            if hasGoodRegisters(word), isValid(pair.0, pair.1) { return pair }
        }
    }
    private func hasGoodRegisters(_ word: UInt32) -> Bool {
        var used: UInt32 = 1 << 13 | 1 << 15
        for field in registers {
            let bit = UInt32(1) << (word >> field.shift & field.mask)
            if used & bit != 0 { return false }
            used |= bit
        }
        return true
    }
}
