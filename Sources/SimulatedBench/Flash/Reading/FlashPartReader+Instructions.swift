// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The instruction list.
extension FlashPartReader {
    /// Where an opcode is understood.
    enum Availability: String, CaseIterable {
        case serial = "false", both = "true"
        case quadOnly = "only"
    }
    func availability(_ node: DescriptionNode) throws(BenchError) -> Availability { try node.choice() }

    private static let keys = [
        "does", "lines", "address", "mode", "continuous", "continuous-mask", "dummy", "dummy-qpi",
        "kept-dummy", "qpi",
        "quad", "unit", "where", "when", "typical", "maximum", "write-enable", "wraps", "alone", "burst",
        "while-busy", "double-rate",
    ]

    mutating func readInstructions() throws(BenchError) {
        let entries = try description.merged(
            "instructions", by: "opcode", required: [], optional: Self.keys)
        for entry in entries { try readInstruction(entry) }
        guard !part.serial.instructions.isEmpty else {
            throw try description.required("instructions").failure(.missingKey("opcode"))
        }
    }

    private mutating func readInstruction(_ entry: DescriptionMapping) throws(BenchError) {
        let opcode = entry["opcode"]
        guard let node = entry.optional("does") else { throw opcode.failure(.missingKey("does")) }
        let word = try node.choice(of: Word.self)
        var instruction = word.instruction(opcode: try opcode.byte())
        try readPhases(entry, &instruction)
        try readConditions(entry, &instruction)
        if let typical = entry.optional("typical") { instruction.time = try Self.limits(entry, at: typical) }
        switch word {
        case .erase:
            // A second entry for an opcode is about another stretch.
            let erase = try erase(entry, opcode)
            if part.serial.extend(instruction.opcode, by: erase) {
                _ = part.quad.extend(instruction.opcode, by: erase)
                return
            }
            instruction.erases = [erase]
        case .eraseChip, .eraseDie, .eraseSecurity:
            guard instruction.time != nil else { throw opcode.failure(.missingKey("typical")) }
        case .readDeviceID:
            guard part.deviceID != nil else { throw node.failure(.missingKey("device-id")) }
        case .release where part.deviceID == nil:
            (instruction.address, instruction.data) = (.bytes(0), .none)
        default: break
        }
        let availability = try entry.optional("qpi", availability) ?? .serial
        let quadDummy = try entry.optional("dummy-qpi", dummy)
        try add(instruction, availability, quadDummy: quadDummy, at: opcode)
    }

    private func erase(_ entry: DescriptionMapping, _ opcode: DescriptionNode) throws(BenchError)
        -> FlashErase
    {
        guard let node = entry.optional("unit") else { throw opcode.failure(.missingKey("unit")) }
        let unit = try node.size(in: 256...part.count)
        guard unit & (unit - 1) == 0 else {
            throw node.failure(.outOfRange(value: try node.text, allowed: "a power of two"))
        }
        var stretch: Range<Int>?
        if let place = entry.optional("where") {
            let ends = try place.list(2...2)
            let start = try end(ends[0], isUpper: false), stop = try end(ends[1], isUpper: true)
            guard start < stop else { throw place.failure(.conflict("the stretch is empty")) }
            stretch = start..<stop
        }
        return FlashErase(
            unit: unit, stretch: stretch,
            condition: try entry.optional("when") { (node) throws(BenchError) in try flag(node) },
            time: try Self.limits(entry, at: opcode))
    }
    /// Below zero, and zero as an upper end, it counts from the end of the part.
    private func end(_ node: DescriptionNode, isUpper: Bool) throws(BenchError) -> Int {
        let value = try node.size(in: -part.count...part.count)
        return value < 0 || isUpper && value == 0 ? part.count + value : value
    }

    // MARK: Phases

    private func readPhases(_ entry: DescriptionMapping, _ instruction: inout FlashInstruction)
        throws(BenchError)
    {
        if let lines = entry.optional("lines") {
            let parts = try lines.text.split(separator: "-").compactMap { Int($0) }
            guard parts.count == 3, parts[0] == 1, parts.allSatisfy({ [1, 2, 4].contains($0) }) else {
                throw lines.failure(.wrongType(expected: "lines such as 1-1-4"))
            }
            (instruction.addressLines, instruction.dataLines) = (parts[1], parts[2])
        }
        if let bytes = entry.optional("address") {
            instruction.address = .bytes(try bytes.integer(in: 0...4))
        }
        if let mode = entry.optional("mode") {
            let bits = try mode.integer(in: 1...8)
            guard bits % instruction.addressLines == 0 else {
                throw mode.failure(.outOfRange(value: "\(bits)", allowed: "whole clocks on its lines"))
            }
            instruction.modeBits = bits
        }
        if let clocks = entry.optional("dummy") { instruction.dummy = try dummy(clocks) }
        instruction.keptDummy = try entry.optional("kept-dummy", dummy)
        if let node = entry.optional("continuous") {
            instruction.continuation = try continuation(node, mask: entry.optional("continuous-mask"))
        }
        if let burst = entry.optional("burst") {
            let keys = try burst.mapping(["off-bit", "length-bits"])
            let ends = try keys["length-bits"].list(2...2)
            instruction.burst = FlashBurst(
                offBit: try keys["off-bit"].integer(in: 0...7), lengthShift: try ends[0].integer(in: 0...6))
        }
    }
    private func continuation(_ node: DescriptionNode, mask: DescriptionNode?) throws(BenchError)
        -> FlashInstruction.Continuation
    {
        if node.isMapping {
            let keys = try node.mapping(["first-dummy-clock"])
            return .firstDummyClock(try flag(keys["first-dummy-clock"]))
        }
        if try node.text == "toggled" { return .toggled }
        return .value(try node.byte(), mask: try mask?.byte() ?? 0x30)
    }
    /// A number, or `{register: VCR, bits: [4, 7], default: 8, values: {0: 8}}`.
    private func dummy(_ node: DescriptionNode) throws(BenchError) -> FlashDummy {
        guard node.isMapping else { return .clocks(try node.integer(in: 0...64)) }
        let field = try field(node, beside: ["default", "values"])
        let keys = try node.mapping(["register"], optional: ["bits", "bit", "default", "values"])
        var counts = Array(0..<1 << field.width)
        for (key, value) in try keys.optional("values")?.pairs(1...64) ?? [] {
            counts[try key.integer(in: 0...counts.count - 1)] = try value.integer(in: 0...64)
        }
        return .field(field, counts: counts)
    }

    private func readConditions(_ entry: DescriptionMapping, _ instruction: inout FlashInstruction)
        throws(BenchError)
    {
        instruction.needsQuadEnable = instruction.usesFourLines
        if let quad = entry.optional("quad") {
            instruction.needsQuadEnable = try quad.choice(of: QuadNeed.self) == .enabled
        }
        if let flag = entry.optional("write-enable") { instruction.needsWriteEnable = try flag.flag() }
        if let flag = entry.optional("double-rate") { instruction.isDoubleRate = try flag.flag() }
        if let flag = entry.optional("wraps") { instruction.wraps = try flag.flag() }
        if let flag = entry.optional("while-busy") { instruction.isHeardWhileBusy = try flag.flag() }
        if let alone = entry.optional("alone"), try alone.flag(), case .reset = instruction.action {
            instruction.action = .reset(isArmed: false)
        }
    }
    private enum QuadNeed: String, CaseIterable { case always, enabled }

    // MARK: Tables

    /// Puts an instruction where its opcode is understood.
    mutating func add(
        _ instruction: FlashInstruction, _ availability: Availability, quadDummy: FlashDummy? = nil,
        at node: DescriptionNode
    ) throws(BenchError) {
        var isFree = true
        if availability != .quadOnly { isFree = part.serial.add(instruction) }
        if availability != .serial {
            var quad = instruction
            (quad.addressLines, quad.dataLines, quad.needsQuadEnable) = (4, 4, false)
            if let quadDummy { quad.dummy = quadDummy }
            isFree = part.quad.add(quad) && isFree
        }
        guard isFree else {
            throw node.failure(.conflict("opcode \(try node.text) has another meaning already"))
        }
    }
}

extension FlashInstructionTable {
    /// Another stretch for an erase; false if there is no such erase yet.
    mutating func extend(_ opcode: UInt8, by erase: FlashErase) -> Bool {
        guard let instruction = self[opcode], instruction.action == .erase else { return false }
        append(erase, to: opcode)
        return true
    }
}
