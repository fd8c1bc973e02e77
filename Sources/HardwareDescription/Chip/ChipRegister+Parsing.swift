// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

extension ChipRegister {
    init(_ node: DefinitionNode) throws(DefinitionError) {
        let keys = try node.mapping(
            ["name"], optional: ["read", "factory", "non-volatile", "volatile", "one-time"])
        name = try keys["name"].text
        read = try keys.optional("read")?.byte()
        factory = try keys.optional("factory")?.byte() ?? 0
        nonVolatile = try keys.optional("non-volatile")?.byte() ?? 0
        volatile = try keys.optional("volatile")?.byte() ?? 0
        oneTime = try keys.optional("one-time")?.byte() ?? 0
    }
}

extension ChipRegisterWrite {
    init(_ node: DefinitionNode) throws(DefinitionError) {
        let keys = try node.mapping(["opcode", "registers"], optional: ["write-enable", "fewer-bytes"])
        opcode = try keys["opcode"].byte()
        registers = []
        for register in try keys["registers"].list(upTo: 8) { registers.append(try register.text) }
        needsWriteEnable = try keys.optional("write-enable")?.flag() ?? true
        fewerBytes = try keys.optional("fewer-bytes")?.choice(of: FewerBytes.self)
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

extension ChipFailures {
    init(_ node: DefinitionNode) throws(DefinitionError) {
        let keys = try node.mapping(["bits"], optional: ["clear"])
        clear = try keys.optional("clear")?.byte()
        bits = []
        for entry in try keys["bits"].list(upTo: 8) {
            let bit = try entry.mapping(["register", "bit", "means"], optional: ["value"])
            bits.append(
                Bit(condition: try ChipRegisterBit(bit), meaning: try bit["means"].choice(of: Meaning.self)))
        }
    }
}

extension ChipQuadEnable {
    init(_ node: DefinitionNode) throws(DefinitionError) {
        let keys = try node.mapping(["register", "bit"], optional: ["value", "jesd216", "fixed"])
        condition = try ChipRegisterBit(keys)
        requirement = try keys.optional("jesd216").map { node throws(DefinitionError) in
            UInt8(try node.integer(in: 0...7))
        }
        isFixed = try keys.optional("fixed")?.flag() ?? false
    }
}

extension ChipProtection {
    init(_ node: DefinitionNode) throws(DefinitionError) {
        let keys = try node.mapping(
            ["kind", "level", "unit"],
            optional: ["bottom", "sector", "complement", "individual", "write-protect-pin"])
        kind = try keys["kind"].choice(of: Kind.self)
        let field = try keys["level"].mapping(["register", "bits"])
        level = ChipRegisterField(
            register: try field["register"].text, bits: try field["bits"].bits(below: 8))
        bottom = try keys.optional("bottom").map(ChipRegisterBit.init)
        sector = try keys.optional("sector").map(ChipRegisterBit.init)
        complement = try keys.optional("complement").map(ChipRegisterBit.init)
        individual = try keys.optional("individual").map(Individual.init)
        writeProtectPin = try keys.optional("write-protect-pin").map(ChipRegisterBit.init)
        unit = try keys["unit"].bytes()
    }
}

extension ChipProtection.Individual {
    fileprivate init(_ node: DefinitionNode) throws(DefinitionError) {
        let keys = try node.mapping(
            [],
            optional: [
                "register", "bit", "value", "lock", "unlock", "read-lock", "lock-all", "unlock-all",
            ])
        if keys.optional("register") != nil || keys.optional("bit") != nil {
            try keys.require(["register", "bit"])
            selected = try ChipRegisterBit(keys)
        }
        lock = try keys.optional("lock")?.byte()
        unlock = try keys.optional("unlock")?.byte()
        readLock = try keys.optional("read-lock")?.byte()
        lockAll = try keys.optional("lock-all")?.byte()
        unlockAll = try keys.optional("unlock-all")?.byte()
    }
}
