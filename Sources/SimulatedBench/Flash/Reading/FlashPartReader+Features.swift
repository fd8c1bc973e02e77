// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Addressing, quad modes, protection and the areas beside the array.
extension FlashPartReader {
    mutating func readAddressing() throws(BenchError) {
        guard let node = description.optional("addressing") else { return }
        let keys = try node.mapping(
            ["bytes"], optional: ["enter-four", "leave-four", "extended-register", "mode-bit"])
        part.addressing.bytes = try keys["bytes"].integer(in: 3...4)
        if let bit = keys.optional("mode-bit") { part.addressing.mode = try flag(bit) }
        if let register = keys.optional("extended-register") { try readExtendedRegister(register) }
        try addSwitch(keys.optional("enter-four"), .enterFourByteAddresses)
        try addSwitch(keys.optional("leave-four"), .leaveFourByteAddresses)
    }
    /// A register of its own with one opcode to read and one to write, or bits of a register that stands in the list.
    private mutating func readExtendedRegister(_ node: DescriptionNode) throws(BenchError) {
        let keys = try node.mapping(
            ["write", "bits"], optional: ["read", "write-enable", "keep-write-enable", "register"])
        if let name = keys.optional("register") {
            part.addressing.extension24 = try bits(keys["bits"], of: try register(named: name))
            return
        }
        let index = part.registers.count
        part.registers.append(FlashRegister(name: "EAR"))
        let field = try bits(keys["bits"], of: index)
        part.registers[index].volatile = field.mask
        part.addressing.extension24 = field
        if let opcode = keys.optional("read") {
            try add(
                FlashInstruction(opcode: try opcode.byte(), action: .readRegister(index), data: .output),
                .both,
                at: opcode)
        }
        var write = FlashRegisterWrite(registers: [index], change: .volatile)
        write.needsWriteEnable = try keys.optional("write-enable")?.flag() ?? true
        write.keepsWriteEnable = try keys.optional("keep-write-enable")?.flag() ?? false
        part.writes.append(write)
        try add(
            FlashInstruction(
                opcode: try keys["write"].byte(), action: .writeRegisters(part.writes.count - 1), data: .input
            ),
            .both, at: keys["write"])
    }
    private mutating func addSwitch(_ node: DescriptionNode?, _ action: FlashInstruction.Action)
        throws(BenchError)
    {
        guard let node else { return }
        let keys = try node.mapping(["opcode"], optional: ["write-enable", "qpi"])
        let opcode = keys["opcode"]
        var instruction = FlashInstruction(opcode: try opcode.byte(), action: action)
        instruction.needsWriteEnable = try keys.optional("write-enable")?.flag() ?? false
        let availability = try keys.optional("qpi", availability) ?? .both
        try add(instruction, availability, at: opcode)
    }

    mutating func readFeatures() throws(BenchError) {
        if let opcode = description.optional("volatile-write-enable") {
            let instruction = FlashInstruction(opcode: try opcode.byte(), action: .volatileWriteEnable)
            try add(instruction, .both, at: opcode)
        }
        if let node = description.optional("quad-enable") {
            part.quadEnable = try flag(node, beside: ["jesd216", "fixed"])
        }
        if let node = description.optional("quad-protocol") { part.quadProtocol = try flag(node) }
        if let node = description.optional("double-rate-protocol") {
            part.doubleRateProtocol = try flag(node)
        }
        if let node = description.optional("hold-pin") { part.hasHoldPin = try node.flag() }
        if let node = description.optional("burst-wrap") {
            let field = try field(node, beside: ["lengths"])
            var lengths = [Int?](repeating: nil, count: 1 << field.width)
            let keys = try node.mapping(["register", "lengths"], optional: ["bits", "bit"])
            for (key, value) in try keys["lengths"].pairs() {
                lengths[try key.integer(in: 0...lengths.count - 1)] = try value.integer(in: 8...512)
            }
            part.burstWrap = FlashBurstRegister(field: field, lengths: lengths)
        }
        if let node = description.optional("large-page") {
            let keys = try node.mapping(["register", "bit", "bytes"], optional: ["value"])
            let size = try keys["bytes"].integer(in: part.page...1024)
            guard size & (size - 1) == 0 else {
                throw keys["bytes"].failure(.outOfRange(value: "\(size)", allowed: "a power of two"))
            }
            part.largePage = FlashPage(flag: try flag(keys), size: size)
        }
        try readSecurity()
    }
    private mutating func readSecurity() throws(BenchError) {
        guard let node = description.optional("security") else { return }
        let keys = try node.mapping(["count", "size"], optional: ["first", "stride", "lock"])
        let size = try keys["size"].integer(in: 16...4096)
        guard size & (size - 1) == 0 else {
            throw keys["size"].failure(.outOfRange(value: "\(size)", allowed: "a power of two"))
        }
        var layout = FlashSecurityLayout(
            count: try keys["count"].integer(in: 1...16), size: size,
            first: try keys.optional("first")?.integer(in: 0...0xFF_FFFF) ?? 0,
            stride: try keys.optional("stride")?.integer(in: size...1 << 20) ?? size)
        if let lock = keys.optional("lock") { layout.lock = try field(lock) }
        part.security = layout
    }

    mutating func readProtection() throws(BenchError) {
        guard let node = description.optional("protection") else { return }
        let keys = try node.mapping(
            ["kind", "level", "unit"],
            optional: [
                "level-high", "bottom", "sector", "complement", "individual", "write-protect-pin",
                "lock-down",
                "registers",
            ])
        _ = try keys["kind"].choice(of: ProtectionKind.self)
        var layout = FlashProtectionLayout(
            level: [try field(keys["level"])], unit: try keys["unit"].size(in: 4 << 10...part.count))
        if let high = keys.optional("level-high") { layout.level.append(try field(high)) }
        layout.bottom = try keys.optional("bottom") { (node) throws(BenchError) in try flag(node) }
        layout.sector = try keys.optional("sector") { (node) throws(BenchError) in try flag(node) }
        layout.complement = try keys.optional("complement") { (node) throws(BenchError) in try flag(node) }
        if let individual = keys.optional("individual") {
            layout.individual = try readIndividualLocks(individual)
        }
        layout.pin = try keys.optional("write-protect-pin") { (node) throws(BenchError) in try flag(node) }
        layout.lockDown = try keys.optional("lock-down") { (node) throws(BenchError) in try flag(node) }
        for name in try keys.optional("registers")?.list(1...8) ?? [] {
            layout.registers.insert(try register(named: name))
        }
        part.protection = layout
    }
    /// The bit that makes them count, and their opcodes.
    private mutating func readIndividualLocks(_ node: DescriptionNode) throws(BenchError) -> FlashFlag {
        let words: KeyValuePairs<String, Word> = [
            "lock": .lockBlock, "unlock": .unlockBlock, "read-lock": .readLock, "lock-all": .lockAll,
            "unlock-all": .unlockAll,
        ]
        let keys = try node.mapping(["register", "bit"], optional: ["value"] + words.map(\.key))
        for (key, word) in words {
            guard let opcode = keys.optional(key) else { continue }
            try add(word.instruction(opcode: try opcode.byte()), .serial, at: opcode)
        }
        return try flag(keys)
    }
    private enum ProtectionKind: String, CaseIterable {
        case winbond, micron, macronix, issi, spansion
    }
}
