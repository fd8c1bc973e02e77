// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

extension ChipRegister {
    init(_ node: DefinitionNode) throws(DefinitionError) {
        let keys = try node.mapping(
            ["name"],
            optional: [
                "read", "width", "factory", "non-volatile", "volatile", "one-time", "until-power-off",
                "while-busy", "loads", "volatile-address", "non-volatile-address", "qpi",
            ])
        name = try keys["name"].text
        // Of several opcodes the first will do.
        read = try keys.optional("read").map { node throws(DefinitionError) in
            try (node.isMapping || node.isScalar ? node : try node.list(upTo: 4)[0]).byte()
        }
        width = Int(try keys.optional("width")?.integer(in: 1...2) ?? 1)
        let limit: UInt64 = width == 1 ? 0xFF : 0xFFFF
        func bits(_ key: String) throws(DefinitionError) -> UInt16 {
            UInt16(try keys.optional(key)?.integer(in: 0...limit) ?? 0)
        }
        factory = try bits("factory")
        nonVolatile = try bits("non-volatile")
        volatile = try bits("volatile")
        oneTime = try bits("one-time")
    }
}

extension ChipRegisterWrite {
    init(_ node: DefinitionNode) throws(DefinitionError) {
        let keys = try node.mapping(
            ["opcode", "registers"],
            optional: [
                "write-enable", "keep-write-enable", "fewer-bytes", "changes", "typical", "maximum", "qpi",
            ])
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
        let keys = try node.mapping(["bits"], optional: ["clear", "hold-busy", "keep-write-enable"])
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
            optional: [
                "level-high", "bottom", "sector", "complement", "individual", "write-protect-pin",
                "lock-down",
                "registers",
            ])
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
