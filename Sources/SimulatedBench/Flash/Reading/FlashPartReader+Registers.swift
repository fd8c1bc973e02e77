// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Registers, and the bits that mean something.
extension FlashPartReader {
    mutating func readRegisters() throws(BenchError) {
        let entries = try description.merged(
            "registers", by: "name",
            optional: [
                "read", "width", "factory", "non-volatile", "volatile", "one-time", "until-power-off",
                "while-busy", "loads", "volatile-address", "non-volatile-address", "qpi",
            ])
        for entry in entries { part.registers.append(try register(entry)) }
        // Registers may load from one that comes later in the file.
        for (index, entry) in entries.enumerated() {
            for load in try entry.optional("loads")?.list(1...16) ?? [] {
                part.registers[index].loads.append(try self.load(load, into: index))
            }
        }
        for (index, entry) in entries.enumerated() { try addReads(of: index, entry) }
        try readWrites()
    }

    private func register(_ entry: DescriptionMapping) throws(BenchError) -> FlashRegister {
        var register = FlashRegister(name: try entry["name"].text)
        if let width = entry.optional("width") { register.width = try width.integer(in: 1...2) }
        let mask = register.width == 2 ? 0xFFFF : 0xFF
        func bits(_ key: String) throws(BenchError) -> UInt16 {
            UInt16(try entry.optional(key)?.integer(in: 0...mask) ?? 0)
        }
        register.factory = try bits("factory")
        register.nonVolatile = try bits("non-volatile")
        register.volatile = try bits("volatile")
        register.oneTime = try bits("one-time")
        register.untilPowerOff = try bits("until-power-off")
        register.isReadableWhileBusy = try entry.optional("while-busy")?.flag() ?? false
        register.volatileAddress = try entry.optional("volatile-address", Self.address)
        register.nonVolatileAddress = try entry.optional("non-volatile-address", Self.address)
        return register
    }
    private static func address(_ node: DescriptionNode) throws(BenchError) -> UInt32 {
        UInt32(try node.integer(in: 0...0xFFFF_FFFF))
    }
    private func load(_ node: DescriptionNode, into index: Int) throws(BenchError) -> FlashRegister.Load {
        let keys = try node.mapping(["bits", "from", "at"], optional: ["inverted"])
        let field = try bits(keys["bits"], of: index)
        let source = try register(named: keys["from"])
        let shift = try keys["at"].integer(in: 0...8 * part.registers[source].width - field.width)
        return FlashRegister.Load(
            field: field, source: FlashField(register: source, shift: shift, width: field.width),
            isInverted: try keys.optional("inverted")?.flag() ?? false)
    }

    /// Opcodes that read a register.
    private mutating func addReads(of index: Int, _ entry: DescriptionMapping) throws(BenchError) {
        guard let node = entry.optional("read") else { return }
        let availability = try entry.optional("qpi", availability) ?? .both
        for opcode in node.isList ? try node.list(1...4) : [node] {
            var instruction = FlashInstruction(
                opcode: try opcode.byte(), action: .readRegister(index), data: .output)
            instruction.isHeardWhileBusy = part.registers[index].isReadableWhileBusy
            try add(instruction, availability, at: opcode)
        }
    }

    private mutating func readWrites() throws(BenchError) {
        for entry in try description.merged(
            "writes", by: "opcode", required: ["registers"],
            optional: [
                "write-enable", "keep-write-enable", "fewer-bytes", "changes", "typical", "maximum", "qpi",
            ])
        {
            var write = FlashRegisterWrite(registers: [])
            for name in try entry["registers"].list(1...4) {
                write.registers.append(try register(named: name))
            }
            if let flag = entry.optional("write-enable") { write.needsWriteEnable = try flag.flag() }
            if let flag = entry.optional("keep-write-enable") { write.keepsWriteEnable = try flag.flag() }
            if let fewer = entry.optional("fewer-bytes") {
                write.clearsRest = try fewer.choice(of: FewerBytes.self) == .clear
            }
            if let change = entry.optional("changes") { write.change = try change.choice() }
            if let typical = entry.optional("typical") { write.time = try Self.limits(entry, at: typical) }
            let availability = try entry.optional("qpi", availability) ?? .both
            part.writes.append(write)
            try add(
                FlashInstruction(
                    opcode: try entry["opcode"].byte(), action: .writeRegisters(part.writes.count - 1),
                    data: .input), availability, at: entry["opcode"])
        }
        for index in part.registers.indices {
            let writes = part.writes.filter { $0.registers.contains(index) }
            part.registers[index].showsKept =
                !writes.isEmpty && writes.allSatisfy { $0.change == .nonVolatile }
        }
    }
    private enum FewerBytes: String, CaseIterable { case keep, clear }

    // MARK: Bits that follow the part

    mutating func readStatus() throws(BenchError) {
        for (key, meaning) in [("busy", FlashRegister.Meaning.busy), ("write-enabled", .writeEnabled)] {
            guard let node = description.optional(key) else { continue }
            try addLiveBit(try flag(node), meaning)
        }
        for node in try description.optional("status")?.list(1...16) ?? [] {
            let keys = try node.mapping(["register", "bit", "means"], optional: ["value"])
            try addLiveBit(try flag(keys), try keys["means"].choice())
        }
        try readFailures()
    }
    private mutating func addLiveBit(_ flag: FlashFlag, _ meaning: FlashRegister.Meaning) throws(BenchError) {
        part.registers[flag.register].liveBits.append(
            FlashRegister.LiveBit(flag: flag, meaning: meaning))
    }
    private mutating func readFailures() throws(BenchError) {
        guard let node = description.optional("failures") else { return }
        let keys = try node.mapping(
            ["bits"], optional: ["clear", "hold-busy", "keep-write-enable", "clear-by-next"])
        var failures = FlashFailures(bits: [])
        for bit in try keys["bits"].list(1...8) {
            let entry = try bit.mapping(["register", "bit", "means"], optional: ["value"])
            failures.bits.append(FlashFailures.Bit(flag: try flag(entry), cause: try entry["means"].choice()))
        }
        failures.holdBusy = try keys.optional("hold-busy")?.flag() ?? false
        failures.keepWriteEnable = try keys.optional("keep-write-enable")?.flag() ?? false
        failures.clearByNext = try keys.optional("clear-by-next")?.flag() ?? false
        part.failures = failures
        if let opcode = keys.optional("clear") {
            let instruction = FlashInstruction(opcode: try opcode.byte(), action: .clearFailures)
            try add(instruction, .both, at: opcode)
        }
    }

    // MARK: Fields

    func register(named node: DescriptionNode) throws(BenchError) -> Int {
        let name = try node.text
        guard let index = part.register(named: name) else {
            throw node.failure(.unknownValue(name, allowed: part.registers.map(\.name)))
        }
        return index
    }
    /// `{register: SR1, bit: 5, value: 1}`.
    func flag(_ node: DescriptionNode, beside others: [String] = []) throws(BenchError) -> FlashFlag {
        try flag(node.mapping(["register", "bit"], optional: ["value"] + others))
    }
    func flag(_ keys: DescriptionMapping) throws(BenchError) -> FlashFlag {
        let index = try register(named: keys["register"])
        let bit = try keys["bit"].integer(in: 0...8 * part.registers[index].width - 1)
        let value = try keys.optional("value")?.integer(in: 0...1) ?? 1
        return FlashFlag(register: index, mask: 1 << UInt16(bit), isInverted: value == 0)
    }
    /// `{register: SR1, bits: [2, 4]}`, or `bit` for one.
    func field(_ node: DescriptionNode, beside others: [String] = []) throws(BenchError) -> FlashField {
        let keys = try node.mapping(["register"], optional: ["bits", "bit"] + others)
        let index = try register(named: keys["register"])
        if let bit = keys.optional("bit") {
            let shift = try bit.integer(in: 0...8 * part.registers[index].width - 1)
            return FlashField(register: index, shift: shift, width: 1)
        }
        guard let bits = keys.optional("bits") else { throw node.failure(.missingKey("bits")) }
        return try self.bits(bits, of: index)
    }
    func bits(_ node: DescriptionNode, of index: Int) throws(BenchError) -> FlashField {
        let ends = try node.list(2...2)
        let low = try ends[0].integer(in: 0...8 * part.registers[index].width - 1)
        let high = try ends[1].integer(in: low...8 * part.registers[index].width - 1)
        return FlashField(register: index, shift: low, width: high - low + 1)
    }
}
