// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

extension ChipInstruction {
    private static let optionalKeys = [
        "lines", "address", "mode", "dummy", "continuous", "continuous-mask", "quad", "qpi", "dummy-qpi",
        "unit", "where", "when", "typical", "maximum",
        // What only one who behaves like the part has to know.
        "wraps", "alone", "burst", "while-busy", "write-enable",
    ]

    init(_ node: DefinitionNode) throws(DefinitionError) {
        let keys = try node.mapping(["opcode", "does"], optional: Self.optionalKeys)
        opcode = try keys["opcode"].byte()
        does = try keys["does"].choice(of: Purpose.self)
        lines = try keys.optional("lines").map(Lines.init) ?? Lines()
        addressBytes = try keys.optional("address").map { node throws(DefinitionError) in
            UInt8(try node.integer(in: 0...4))
        }
        modeBits = UInt8(try keys.optional("mode")?.integer(in: 0...32) ?? 0)
        dummy = try keys.optional("dummy").map(Dummy.init) ?? .fixed(0)
        continuousMask = try keys.optional("continuous-mask")?.byte() ?? 0x30
        if let value = keys.optional("continuous"), !value.isMapping {
            if try value.text == "toggled" {
                // The upper four bits are the inverse of the lower ones.
                (continuous, continuousMask) = (0xA5, 0xFF)
            } else {
                continuous = try value.byte()
            }
        }
        if let quad = keys.optional("quad") {
            ignoresQuadEnable = try quad.choice(of: QuadNeed.self) == .always
        }
        let interface = try keys.optional("qpi")?.choice(of: Interface.self) ?? .serial
        (worksInQPI, isOnlyInQPI) = (interface != .serial, interface == .quad)
        dummyInQPI = try keys.optional("dummy-qpi").map(Dummy.init)
        condition = try keys.optional("when").map(ChipRegisterBit.init)
        unit = try keys.optional("unit")?.bytes()
        if does == .erase, unit == nil { throw node.failure(.missingKey("unit")) }
        stretch = try keys.optional("where").map(Stretch.init)
        if keys.optional("typical") != nil || keys.optional("maximum") != nil {
            try keys.require(["typical", "maximum"])
            time = try FlashChipDefinition.Time(keys)
        }
    }
}

extension ChipInstruction {
    fileprivate enum QuadNeed: String, CaseIterable { case always, enabled }
    /// Where an opcode is understood.
    fileprivate enum Interface: String, CaseIterable {
        case serial = "false", both = "true"
        case quad = "only"
    }
}

extension ChipInstruction.Lines {
    fileprivate init(_ node: DefinitionNode) throws(DefinitionError) {
        let counts = try node.text.split(separator: "-", omittingEmptySubsequences: false).map { UInt8($0) }
        guard counts.count == 3, let opcode = counts[0], let address = counts[1], let data = counts[2],
            [opcode, address, data].allSatisfy({ [1, 2, 4].contains($0) })
        else { throw node.failure(.wrongType(expected: "lines of opcode, address and data, such as 1-4-4")) }
        self.init(opcode: opcode, address: address, data: data)
    }
}

extension ChipInstruction.Dummy {
    fileprivate init(_ node: DefinitionNode) throws(DefinitionError) {
        guard node.isMapping else {
            self = .fixed(UInt8(try node.integer(in: 0...31)))
            return
        }
        let keys = try node.mapping(["register", "bits"], optional: ["default", "values"])
        let field = ChipRegisterField(
            register: try keys["register"].text, bits: try keys["bits"].bits(below: 8))
        var exceptions: [UInt8: UInt8] = [:]
        for entry in try keys.optional("values")?.numbers() ?? [] {
            guard let value = UInt8(exactly: entry.key) else {
                throw entry.value.failure(.outOfRange(value: "\(entry.key)", allowed: "0 to 255"))
            }
            exceptions[value] = UInt8(try entry.value.integer(in: 0...31))
        }
        self = .register(
            field, usual: UInt8(try keys.optional("default")?.integer(in: 0...31) ?? 0),
            exceptions: exceptions)
    }
}

extension ChipInstruction.Stretch {
    fileprivate init(_ node: DefinitionNode) throws(DefinitionError) {
        let places = try node.list(upTo: 2)
        guard places.count == 2 else { throw node.failure(.wrongType(expected: "where it begins and ends")) }
        self.init(start: try places[0].offset(), end: try places[1].offset())
        // An end of 0 behind a start below zero is the part's end.
        let isInOrder = start < 0 ? (start < end && end <= 0) : (end > start || end <= 0)
        guard isInOrder else {
            throw node.failure(
                .outOfRange(value: try places[1].text, allowed: "behind \(try places[0].text)"))
        }
    }
}

extension ChipAddressing {
    init(_ node: DefinitionNode) throws(DefinitionError) {
        let keys = try node.mapping(
            [], optional: ["bytes", "enter-four", "leave-four", "extended-register", "mode-bit"])
        bytes = UInt8(try keys.optional("bytes")?.integer(in: 3...4) ?? 3)
        enterFour = try keys.optional("enter-four").map(Switch.init)
        leaveFour = try keys.optional("leave-four").map(Switch.init)
        extendedRegister = try keys.optional("extended-register").map(ExtendedRegister.init)
        modeBit = try keys.optional("mode-bit").map(ChipRegisterBit.init)
    }
}

extension ChipAddressing.Switch {
    fileprivate init(_ node: DefinitionNode) throws(DefinitionError) {
        let keys = try node.mapping(["opcode"], optional: ["write-enable", "qpi"])
        self.init(
            opcode: try keys["opcode"].byte(),
            needsWriteEnable: try keys.optional("write-enable")?.flag() ?? false)
    }
}

extension ChipAddressing.ExtendedRegister {
    fileprivate init(_ node: DefinitionNode) throws(DefinitionError) {
        let keys = try node.mapping(
            ["write"], optional: ["read", "write-enable", "keep-write-enable", "bits", "register"])
        self.init(
            read: try keys.optional("read")?.byte(), write: try keys["write"].byte(),
            needsWriteEnable: try keys.optional("write-enable")?.flag() ?? false,
            bits: try keys.optional("bits")?.bits(below: 8) ?? 0...7)
    }
}

extension ChipTimes {
    init(_ node: DefinitionNode) throws(DefinitionError) {
        let keys = try node.mapping(
            [],
            optional: [
                "page-program", "first-byte", "next-byte", "write-register", "suspend", "reset", "power-down",
                "release", "power-up",
            ])
        pageProgram = try keys.optional("page-program").map(Time.init)
        firstByte = try keys.optional("first-byte").map(Time.init)
        nextByte = try keys.optional("next-byte").map(Time.init)
        writeRegister = try keys.optional("write-register").map(Time.init)
        suspend = try keys.optional("suspend")?.milliseconds()
        reset = try keys.optional("reset")?.milliseconds()
        powerDown = try keys.optional("power-down")?.milliseconds()
        release = try keys.optional("release")?.milliseconds()
        powerUp = try keys.optional("power-up")?.milliseconds()
    }
}
