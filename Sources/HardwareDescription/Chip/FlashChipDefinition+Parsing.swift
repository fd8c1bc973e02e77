// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

extension FlashChipDefinition {
    private static let keys = [
        "schema", "name", "title", "extends", "abstract", "sources", "unknown", "variants", "jedec",
        "jedec-more",
        "size", "dies", "die-reads", "die-registers", "page", "supply", "clock", "addressing", "registers",
        "busy",
        "write-enabled",
        "failures", "quad-enable", "protection", "instructions", "times", "sfdp", "writes",
        "volatile-write-enable", "double-rate-protocol",
    ]
    /// Keys that say how the silicon behaves, for the bench.
    private static let benchKeys = [
        "device-id", "jedec-quad", "die-select", "status",
        "security", "hold-pin", "read-any-register", "write-any-register", "burst-wrap", "quad-protocol",
        "unverified", "large-page",
    ]
    private static let required = [
        "schema", "name", "title", "jedec", "size", "page", "instructions", "times",
    ]
    /// Lists that a file adds to those of its family, and what tells their entries apart.
    private static let joined = ["registers": "name", "writes": "opcode", "instructions": "opcode"]

    /// Reads one chip file and the families that it names.
    ///
    /// `file` is for messages only; `library` finds the files of `Config/flash` by name.
    package init(yaml text: String, file: String, library: DefinitionLibrary = .empty) throws(DefinitionError)
    {
        let root = try DefinitionNode(text: text, file: file)
        if try root.schema(in: 1...2) == 1 {
            self = try Self.firstSchema(root)
            return
        }
        let top = try root.inheriting(
            Self.keys + Self.benchKeys, schema: 2, joining: Self.joined, from: library)
        if try top.optional("abstract")?.flag() == true { throw root.failure(.isAbstract) }
        try top.require(Self.required)
        name = try top["name"].text
        title = try top["title"].text
        sources = try top.optional("sources").map(Self.texts) ?? []
        unknown = try top.optional("unknown").map(Self.texts) ?? []
        variants = try top.optional("variants").map(Self.texts) ?? []
        identifications = try Self.identifications(top["jedec"])
        identificationExtension = try top.optional("jedec-more").map(Self.bytes) ?? []
        size = try top["size"].bytes()
        dies = Int(try top.optional("dies")?.integer(in: 1...8) ?? 1)
        if try top.optional("die-reads")?.choice(of: DieReads.self) == .wrap {
            dieOfReads = size / UInt32(dies)
        }
        hasDieRegisters = top.optional("die-registers") != nil
        page = try top["page"].bytes()
        supply = try top.optional("supply").map(Self.supply)
        clock = try top.optional("clock").map(Clock.init)
        try readRegisters(top)
        otherOpcodes = try Self.otherOpcodes(top)
        instructions = []
        for entry in try top["instructions"].list(upTo: DefinitionNode.listLimit) {
            let instruction = try ChipInstruction(entry)
            guard isUsable(instruction) else { continue }
            if instruction.isDoubleRate {
                doubleRateInstructions.append(instruction)
            } else {
                try add(instruction, from: entry)
            }
        }
        pageProgram = try Self.pageProgram(top["times"])
        parameters = try top.optional("sfdp").map(Self.hexadecimal) ?? []
        try check(top)
    }

    /// What a read does at the end of a die.
    private enum DieReads: String, CaseIterable {
        case wrap
        case `continue`
    }

    /// On one line, and as the part leaves the factory where it depends on a bit.
    private func isUsable(_ instruction: ChipInstruction) -> Bool {
        guard !instruction.isOnlyInQPI else { return false }
        guard let bit = instruction.condition, let register = register(bit.register) else { return true }
        return bit.isSet(in: register.factory)
    }

    /// An opcode may do two things (ABh releases from power-down and reads an id), or one in several stretches.
    private mutating func add(_ instruction: ChipInstruction, from entry: DefinitionNode)
        throws(DefinitionError)
    {
        let isTwice = instructions.contains { other in
            guard other.opcode == instruction.opcode, other.does == instruction.does else { return false }
            guard let one = other.stretch, let another = instruction.stretch else { return true }
            return one == another
        }
        if isTwice { throw entry.failure(.duplicate("opcode \(instruction.opcode.hex)")) }
        instructions.append(instruction)
    }

    private mutating func readRegisters(_ top: DefinitionMapping) throws(DefinitionError) {
        if let addressing = top.optional("addressing") {
            let keys = try addressing.mapping(
                [], optional: ["bytes", "mode-bit", "enter-four", "leave-four", "extended-register"])
            addressBytes = UInt8(try keys.optional("bytes")?.integer(in: 3...4) ?? 3)
            fourByteMode = try keys.optional("mode-bit").map(ChipRegisterBit.init)
        }
        for entry in try top.optional("registers")?.list(upTo: DefinitionNode.listLimit) ?? [] {
            let register = try ChipRegister(entry)
            if registers.contains(where: { $0.name == register.name }) {
                throw entry.failure(.duplicate(register.name))
            }
            registers.append(register)
        }
        registerWrites = try top.optional("writes").map(Self.registerWrites) ?? []
        busy = try top.optional("busy").map(ChipRegisterBit.init)
        writeEnabled = try top.optional("write-enabled").map(ChipRegisterBit.init)
        failures = try top.optional("failures").map(ChipFailure.list) ?? []
        clearFailures = try top.optional("failures")?.value(of: "clear")?.byte()
        volatileWriteEnable = try top.optional("volatile-write-enable")?.byte()
        quadEnable = try top.optional("quad-enable").map(ChipQuadEnable.init)
        doubleRateProtocol = try top.optional("double-rate-protocol").map(ChipRegisterBit.init)
        protection = try top.optional("protection").map(ChipProtection.init)
    }

    /// Everything that names a register names one that the file has.
    private func check(_ top: DefinitionMapping) throws(DefinitionError) {
        var named: [(key: String, register: String?)] = [
            ("busy", busy?.register), ("write-enabled", writeEnabled?.register),
            ("quad-enable", quadEnable?.condition.register), ("addressing", fourByteMode?.register),
            ("protection", protection?.level.register), ("protection", protection?.bottom?.register),
            ("protection", protection?.sector?.register), ("protection", protection?.complement?.register),
            ("protection", protection?.individual?.register),
            ("double-rate-protocol", doubleRateProtocol?.register),
        ]
        for failure in failures { named.append(("failures", failure.condition.register)) }
        let known = registers.map(\.name)
        for (key, register) in named {
            guard let register, !known.contains(register) else { continue }
            throw top[key].failure(.unknownValue(register, allowed: known))
        }
    }

    // MARK: Values

    static func identifications(_ node: DefinitionNode) throws(DefinitionError) -> [[UInt8]] {
        var found: [[UInt8]] = []
        for entry in try node.list() {
            let bytes = try Self.bytes(entry)
            guard bytes.count == 3 else { throw entry.failure(.wrongType(expected: "three bytes")) }
            found.append(bytes)
        }
        return found
    }
    /// Opcode and registers; the rest of an entry is the bench's.
    private static func registerWrites(_ node: DefinitionNode) throws(DefinitionError) -> [ChipRegisterWrite]
    {
        let benchKeys = [
            "write-enable", "keep-write-enable", "fewer-bytes", "changes", "typical", "maximum", "qpi",
        ]
        var writes: [ChipRegisterWrite] = []
        for entry in try node.list(upTo: DefinitionNode.listLimit) {
            let keys = try entry.mapping(["opcode", "registers"], optional: benchKeys)
            writes.append(
                ChipRegisterWrite(opcode: try keys["opcode"].byte(), registers: try texts(keys["registers"])))
        }
        return writes
    }
    private static func texts(_ node: DefinitionNode) throws(DefinitionError) -> [String] {
        var texts: [String] = []
        for entry in try node.list() { texts.append(try entry.text) }
        return texts
    }
    private static func bytes(_ node: DefinitionNode) throws(DefinitionError) -> [UInt8] {
        var bytes: [UInt8] = []
        for byte in try node.list(upTo: 32) { bytes.append(try byte.byte()) }
        return bytes
    }
    /// The other times are the bench's, but they are times.
    private static func pageProgram(_ node: DefinitionNode) throws(DefinitionError) -> Time? {
        let ranges = ["page-program", "first-byte", "next-byte", "write-register"]
        let moments = ["suspend", "reset", "power-down", "release", "power-up"]
        let keys = try node.mapping([], optional: ranges + moments)
        for key in ranges { _ = try keys.optional(key).map(Time.init) }
        for key in moments { _ = try keys.optional(key)?.milliseconds() }
        return try keys.optional("page-program").map(Time.init)
    }
    private static func supply(_ node: DefinitionNode) throws(DefinitionError) -> ClosedRange<Double> {
        let keys = try node.mapping(["minimum-volts", "maximum-volts"])
        let minimum = try keys["minimum-volts"].decimal(in: 0.5...6)
        return minimum...(try keys["maximum-volts"].decimal(in: minimum...6))
    }
    /// Bytes of two digits each, with spaces between them.
    private static func hexadecimal(_ node: DefinitionNode) throws(DefinitionError) -> [UInt8] {
        var bytes: [UInt8] = []
        for word in try node.text.split(whereSeparator: \.isWhitespace) {
            guard word.utf8.count == 2, word.allSatisfy(\.isHexDigit), let byte = UInt8(word, radix: 16),
                bytes.count < 4096
            else {
                throw node.failure(.wrongType(expected: "up to 4096 bytes of two hexadecimal digits each"))
            }
            bytes.append(byte)
        }
        return bytes
    }
}

extension DefinitionNode {
    /// Less than 4 GiB.
    func bytes() throws(DefinitionError) -> UInt32 {
        guard let value = UInt32(exactly: try size()) else {
            throw failure(.outOfRange(value: try text, allowed: "less than 4 GiB"))
        }
        return value
    }

    /// Milliseconds; no flash takes longer than an hour for anything.
    func milliseconds() throws(DefinitionError) -> Duration {
        .seconds(try decimal(in: 0.000_001...3_600_000) / 1000)
    }
}

extension FlashChipDefinition.Clock {
    fileprivate init(_ node: DefinitionNode) throws(DefinitionError) {
        let keys = try node.mapping(
            ["maximum-megahertz"], optional: ["plain-read-megahertz", "double-rate-megahertz"])
        maximum = try Self.frequency(keys["maximum-megahertz"])
        plainRead = try keys.optional("plain-read-megahertz").map(Self.frequency)
        // For the bench: nothing here reads that way.
        _ = try keys.optional("double-rate-megahertz").map(Self.frequency)
    }
    private static func frequency(_ node: DefinitionNode) throws(DefinitionError) -> Hertz {
        Hertz(UInt32((try node.decimal(in: 0.1...1000) * 1_000_000).rounded()))
    }
}

extension FlashChipDefinition.Time {
    init(_ node: DefinitionNode) throws(DefinitionError) {
        self = try Self(node.mapping(["typical", "maximum"]))
    }

    /// From a mapping that has other keys as well.
    init(_ keys: DefinitionMapping) throws(DefinitionError) {
        let typical = try keys["typical"].milliseconds(), maximum = try keys["maximum"].milliseconds()
        guard typical <= maximum else {
            throw keys["maximum"].failure(
                .outOfRange(value: try keys["maximum"].text, allowed: "at least \(try keys["typical"].text)"))
        }
        self.init(typical: typical, maximum: maximum)
    }
}
