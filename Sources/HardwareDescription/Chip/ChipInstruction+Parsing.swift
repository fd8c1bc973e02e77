// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

extension ChipInstruction {
    private static let keys = [
        "lines", "address", "mode", "dummy", "qpi", "unit", "where", "when", "typical", "maximum",
        "double-rate",
    ]
    /// Keys for the bench.
    private static let benchKeys = [
        "continuous", "continuous-mask", "quad", "dummy-qpi", "wraps", "alone", "burst", "while-busy",
        "write-enable", "kept-dummy",
    ]

    init(_ node: DefinitionNode) throws(DefinitionError) {
        let keys = try node.mapping(["opcode", "does"], optional: Self.keys + Self.benchKeys)
        opcode = try keys["opcode"].byte()
        does = try keys["does"].choice(of: Purpose.self)
        lines = try keys.optional("lines").map(Lines.init) ?? Lines()
        if let address = keys.optional("address") { addressBytes = UInt8(try address.integer(in: 0...4)) }
        if let dummy = keys.optional("dummy") {
            self.dummy = dummy.isMapping ? nil : UInt8(try dummy.integer(in: 0...64))
            if dummy.isMapping { dummyField = try ChipDummy(dummy) }
        } else {
            dummy = 0
        }
        modeBits = UInt8(try keys.optional("mode")?.integer(in: 1...8) ?? 0)
        isDoubleRate = try keys.optional("double-rate")?.flag() ?? false
        isOnlyInQPI = try keys.optional("qpi")?.choice(of: Interface.self) == .quad
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
