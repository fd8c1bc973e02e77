// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

extension ChipProtection {
    /// Bytes of the smallest and the largest area that SEC protects.
    private static let sectors = (smallest: UInt64(4 << 10), largest: UInt64(32 << 10))

    /// What the level keeps from being changed, by offset in a part of `size` bytes.
    ///
    /// Nil where nothing is, where the file or a register does not tell, and where single blocks have locks of their own.
    package func range(in registers: [String: UInt8], size: UInt32) -> Range<UInt32>? {
        func isSet(_ bit: ChipRegisterBit?) -> Bool {
            guard let bit, let contents = registers[bit.register] else { return false }
            return bit.isSet(in: contents)
        }
        let named = [
            level.register, levelHigh?.register, bottom?.register, sector?.register, complement?.register,
        ]
        guard let unit, named.compactMap(\.self).allSatisfy({ registers[$0] != nil }), !isSet(individual),
            let contents = registers[level.register]
        else { return nil }
        var level = UInt64(self.level.value(in: contents))
        var width = self.level.bits.count
        if let levelHigh {
            if isSet(levelHigh) { level |= 1 << UInt64(width) }
            width += 1
        }
        let protected = UInt32(Self.bytes(level, width, unit, isSet(sector), UInt64(size)))
        let isComplement = isSet(complement)
        let isBottom = isSet(bottom) != isComplement
        let count = isComplement ? size - protected : protected
        guard count > 0 else { return nil }
        return isBottom ? 0..<count : size - count..<size
    }

    private static func bytes(
        _ level: UInt64, _ width: Int, _ unit: UInt32, _ isSector: Bool, _ size: UInt64
    ) -> UInt64 {
        if level == 0 { return 0 }
        if level == 1 << UInt64(width) - 1 { return size }
        let area =
            isSector ? min(sectors.smallest << (level - 1), sectors.largest) : UInt64(unit) << (level - 1)
        return min(area, size)
    }
}

extension FlashChipDefinition {
    /// What ends the protection that `registers` show, as commands; nil where the file does not say enough.
    package func clearingProtection(_ registers: [String: UInt8]) -> String? {
        guard let protection else { return nil }
        if let bit = protection.individual, let contents = registers[bit.register], bit.isSet(in: contents) {
            return protection.unlockAll.map {
                "send 06h, then \($0.opcode), which opens the locks of all blocks"
            }
        }
        var cleared = registers
        for bit in protection.levelBits + [protection.levelHigh, protection.complement].compactMap(\.self) {
            cleared[bit.register]? &= ~(1 << bit.bit)
            if bit.value == 0 { cleared[bit.register]? |= 1 << bit.bit }
        }
        let changed = self.registers.map(\.name).filter { cleared[$0] != registers[$0] }
        guard !changed.isEmpty,
            let write = registerWrites.first(where: { write in changed.allSatisfy(write.registers.contains) })
        else { return nil }
        let values = write.registers.compactMap { name in cleared[name].map { "\($0.opcode) (\(name))" } }
        guard values.count == write.registers.count else { return nil }
        return "send 06h, then \(write.opcode.opcode) with \(values.joined(separator: " "))"
            + protection.obstacles(registers)
    }
}

extension ChipProtection {
    fileprivate var levelBits: [ChipRegisterBit] {
        level.bits.map { ChipRegisterBit(register: level.register, bit: $0, value: 1) }
    }

    /// What keeps the status registers themselves from being written.
    fileprivate func obstacles(_ registers: [String: UInt8]) -> String {
        func isSet(_ bit: ChipRegisterBit?) -> Bool {
            guard let bit, let contents = registers[bit.register] else { return false }
            return bit.isSet(in: contents)
        }
        var text = ""
        if isSet(writeProtectPin) { text += "; /WP has to be high for that" }
        if isSet(lockDown) { text += "; the registers are locked until the flash's supply is switched off" }
        return text
    }
}

extension UInt8 {
    /// As data sheets write opcodes and data: `9Fh`.
    fileprivate var opcode: String {
        let digits = String(self, radix: 16, uppercase: true)
        return (digits.count < 2 ? "0" : "") + digits + "h"
    }
}
