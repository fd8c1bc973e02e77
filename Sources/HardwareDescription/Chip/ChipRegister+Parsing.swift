// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

extension ChipRegister {
    /// Keys for the bench.
    private static let benchKeys = [
        "non-volatile", "volatile", "one-time", "until-power-off", "while-busy", "from", "loads", "inverted",
        "volatile-address", "non-volatile-address", "qpi",
    ]

    init(_ node: DefinitionNode) throws(DefinitionError) {
        let keys = try node.mapping(["name"], optional: ["read", "width", "factory"] + Self.benchKeys)
        name = try keys["name"].text
        // Of several opcodes the first will do.
        read = try keys.optional("read").map { node throws(DefinitionError) in
            try (node.isMapping || node.isScalar ? node : try node.list(upTo: 4)[0]).byte()
        }
        width = Int(try keys.optional("width")?.integer(in: 1...2) ?? 1)
        factory = UInt8(truncatingIfNeeded: try keys.optional("factory")?.integer(in: 0...0xFFFF) ?? 0)
    }
}

extension ChipRegisterBit {
    init(_ node: DefinitionNode) throws(DefinitionError) {
        self = try Self(node.mapping(["register", "bit"], optional: ["value"]))
    }
    /// From a mapping that has other keys as well.
    init(_ keys: DefinitionMapping) throws(DefinitionError) {
        self.init(
            register: try keys["register"].text, bit: UInt32(try keys["bit"].integer(in: 0...7)),
            value: UInt8(try keys.optional("value")?.integer(in: 0...1) ?? 1))
    }
}

extension ChipFailure {
    static func list(_ node: DefinitionNode) throws(DefinitionError) -> [ChipFailure] {
        let keys = try node.mapping(
            ["bits"], optional: ["clear", "keep-write-enable", "hold-busy", "clear-by-next"])
        var failures: [ChipFailure] = []
        for entry in try keys["bits"].list(upTo: 8) {
            let bit = try entry.mapping(["register", "bit", "means"], optional: ["value"])
            failures.append(
                ChipFailure(
                    condition: try ChipRegisterBit(bit), meaning: try bit["means"].choice(of: Meaning.self)))
        }
        return failures
    }
}

extension ChipQuadEnable {
    init(_ node: DefinitionNode) throws(DefinitionError) {
        let keys = try node.mapping(["register", "bit"], optional: ["value", "jesd216", "fixed"])
        condition = try ChipRegisterBit(keys)
        if let code = keys.optional("jesd216") { requirement = UInt8(try code.integer(in: 0...7)) }
        isFixed = try keys.optional("fixed")?.flag() ?? false
    }
}

extension ChipProtection {
    /// Keys for the bench alone.
    private static let benchKeys = ["kind", "registers"]
    private static let optionalKeys = [
        "level-high", "bottom", "sector", "complement", "individual", "unit", "write-protect-pin",
        "lock-down",
    ]

    init(_ node: DefinitionNode) throws(DefinitionError) {
        let keys = try node.mapping(
            ["level"], optional: Self.optionalKeys + Self.benchKeys)
        let field = try keys["level"].mapping(["register", "bits"])
        level = ChipRegisterField(
            register: try field["register"].text, bits: try field["bits"].bits(below: 8))
        levelHigh = try keys.optional("level-high").map(ChipRegisterBit.init)
        bottom = try keys.optional("bottom").map(ChipRegisterBit.init)
        sector = try keys.optional("sector").map(ChipRegisterBit.init)
        complement = try keys.optional("complement").map(ChipRegisterBit.init)
        unit = try keys.optional("unit").map { (node) throws(DefinitionError) in try node.bytes() }
        writeProtectPin = try keys.optional("write-protect-pin").map(ChipRegisterBit.init)
        lockDown = try keys.optional("lock-down").map(ChipRegisterBit.init)
        guard let locks = keys.optional("individual") else { return }
        let opcodes = ["lock", "unlock", "read-lock", "lock-all", "unlock-all"]
        let entries = try locks.mapping([], optional: ["register", "bit", "value"] + opcodes)
        if entries.optional("register") != nil || entries.optional("bit") != nil {
            try entries.require(["register", "bit"])
            individual = try ChipRegisterBit(entries)
        }
        for opcode in opcodes { _ = try entries.optional(opcode)?.byte() }
        unlockAll = try entries.optional("unlock-all")?.byte()
    }
}
