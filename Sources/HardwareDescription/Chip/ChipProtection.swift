// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// How a flash's status bits protect parts of its array from being changed.
package struct ChipProtection: Hashable, Sendable {
    /// How the bits name a range.
    package enum Kind: String, CaseIterable, Hashable, Sendable {
        case winbond, micron, macronix, issi, spansion
    }
    /// Locks of single blocks, and their opcodes.
    package struct Individual: Hashable, Sendable {
        /// While it is set, the locks count instead of the level.
        package var selected: ChipRegisterBit?
        package var lock: UInt8?
        package var unlock: UInt8?
        package var readLock: UInt8?
        package var lockAll: UInt8?
        package var unlockAll: UInt8?
    }

    package var kind: Kind
    /// BP bits.
    package var level: ChipRegisterField
    /// TB: from the bottom instead of the top.
    package var bottom: ChipRegisterBit?
    /// SEC: in units of 4 KiB.
    package var sector: ChipRegisterBit?
    /// CMP: everything but the range.
    package var complement: ChipRegisterBit?
    package var individual: Individual?
    /// SRP: the /WP pin locks the status registers.
    package var writeProtectPin: ChipRegisterBit?
    /// Bytes of level 1.
    package var unit: UInt32
}

extension ChipProtection {
    /// What registers say of protection, with the names of the bits that cause it; empty when all can be changed.
    ///
    /// A register that is not among them counts for nothing: what is not known is never called protected.
    package func reasons(in registers: [String: UInt8]) -> [String] {
        func isSet(_ bit: ChipRegisterBit?) -> Bool {
            guard let bit, let contents = registers[bit.register] else { return false }
            return bit.isSet(in: contents)
        }
        if isSet(individual?.selected) { return ["WPS: individual block locks"] }
        let level = registers[level.register].map(self.level.value) ?? 0
        var reasons: [String] = []
        if level != 0 { reasons.append("BP \(level)") }
        if isSet(complement) { reasons.append("CMP") }
        guard !reasons.isEmpty else { return [] }
        if level != 0 {
            if isSet(sector) { reasons.append("SEC") }
            if isSet(bottom) { reasons.append("TB") }
        }
        return reasons
    }
}
