// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// How a flash's status bits protect parts of its array from being changed.
package struct ChipProtection: Hashable, Sendable {
    /// BP bits.
    package var level: ChipRegisterField
    /// The bit above them, where it stands apart.
    package var levelHigh: ChipRegisterBit?
    /// TB: from the bottom instead of the top.
    package var bottom: ChipRegisterBit?
    /// SEC: in units of 4 KiB.
    package var sector: ChipRegisterBit?
    /// CMP: everything but the range.
    package var complement: ChipRegisterBit?
    /// WPS: locks of single blocks count instead of the level.
    package var individual: ChipRegisterBit?
    /// The opcode that opens all those locks.
    package var unlockAll: UInt8?
    /// Bytes that the lowest level protects, which double with each level; nil where the file does not say.
    package var unit: UInt32?
    /// SRP or SRWD: the status registers are locked while /WP is low.
    package var writeProtectPin: ChipRegisterBit?
    /// SRL or SRP1: the status registers are locked until the supply goes.
    package var lockDown: ChipRegisterBit?
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
        if isSet(individual) { return ["WPS: individual block locks"] }
        var level = registers[level.register].map(self.level.value) ?? 0
        if isSet(levelHigh) { level |= 1 << UInt8(self.level.bits.count) }
        var reasons: [String] = []
        if level != 0 { reasons.append("BP \(level)") }
        if isSet(complement) { reasons.append("CMP") }
        guard level != 0 else { return reasons }
        if isSet(sector) { reasons.append("SEC") }
        if isSet(bottom) { reasons.append("TB") }
        return reasons
    }
}
