// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import HardwareDescription

extension PatchRule {
    /// `{name: serial, place: 0x90000100+8, pool: widget, format: {coding: ascii, digits: 8}}`.
    init(_ node: DefinitionNode) throws(DefinitionError) {
        let sources = ["pool", "field", "date", "unique-id", "checksum", "fixed"]
        let entry = try node.mapping(["name", "place"], optional: sources + ["over", "column", "format"])
        let given = sources.filter { entry.optional($0) != nil }
        guard given.count == 1, let source = given.first, let value = entry.optional(source) else {
            throw node.failure(.conflict("a patch has exactly one of \(sources.joined(separator: ", "))"))
        }
        guard source == "checksum" || entry.optional("over") == nil else {
            throw node.failure(.conflict("`over` belongs to a checksum"))
        }
        guard source == "pool" || entry.optional("column") == nil else {
            throw node.failure(.conflict("`column` belongs to a pool"))
        }
        self.init(
            name: try entry["name"].identifier(), place: try entry["place"].range(),
            value: try Self.value(source, value, entry),
            format: try entry.optional("format").map(Format.init) ?? Self.usualFormat(of: source))
        guard place.count <= 4096 else {
            throw entry["place"].failure(.outOfRange(value: "\(place.count) bytes", allowed: "1 to 4096"))
        }
        try checkOrder(at: node)
    }

    private static func value(
        _ source: String, _ node: DefinitionNode, _ entry: DefinitionMapping
    ) throws(DefinitionError) -> Value {
        switch source {
        case "pool":
            let pool = try node.identifier()
            guard let column = entry.optional("column") else { return .pool(pool) }
            return .column(try column.identifier(), pool: pool)
        case "field": return .field(try node.identifier())
        case "date": return .date(try node.choice(of: DateForm.self))
        case "unique-id":
            guard try node.flag() else { throw node.failure(.wrongType(expected: "true")) }
            return .uniqueID
        case "checksum":
            guard let over = entry.optional("over") else { throw node.failure(.missingKey("over")) }
            return .checksum(try node.choice(of: Checksum.self), over: try over.range())
        default: return .fixed(try fixed(node))
        }
    }

    /// A number, `{text: …}` or `{bytes: …}`.
    private static func fixed(_ node: DefinitionNode) throws(DefinitionError) -> PatchValue {
        guard node.isMapping else { return .number(try node.integer(in: 0...UInt64.max)) }
        let entry = try node.mapping([], optional: ["text", "bytes"])
        if let text = entry.optional("text"), entry.optional("bytes") == nil { return .text(try text.text) }
        guard let bytes = entry.optional("bytes"), entry.optional("text") == nil else {
            throw node.failure(.conflict("a fixed value has either `text` or `bytes`"))
        }
        return .bytes(try bytes.octets(counts: 1...4096))
    }

    private static func usualFormat(of source: String) -> Format {
        var format = Format()
        if source == "field" || source == "date" { format.coding = .ascii }
        return format
    }

    /// A checksum that lies in its own range changes what it is computed over.
    private func checkOrder(at node: DefinitionNode) throws(DefinitionError) {
        guard case .checksum(let kind, let range) = value else { return }
        guard range.intersection(place) == nil else {
            throw node.failure(.conflict("patch `\(name)` lies in the range it is computed over"))
        }
        guard format.coding != .binary || place.count == kind.byteCount else {
            throw node.failure(
                .conflict("a \(kind.rawValue) takes \(kind.byteCount) bytes, the place has \(place.count)"))
        }
    }
}

extension PatchRule.Format {
    fileprivate init(_ node: DefinitionNode) throws(DefinitionError) {
        let entry = try node.mapping([], optional: ["coding", "order", "digits", "fill", "separator"])
        self.init()
        coding = try entry.optional("coding")?.choice(of: PatchRule.Coding.self) ?? .binary
        order = try entry.optional("order")?.choice(of: PatchRule.ByteOrder.self) ?? .little
        digits = try (entry.optional("digits")?.integer(in: 1...64)).map { Int($0) }
        fill = UInt8(try entry.optional("fill")?.integer(in: 0...255) ?? 0)
        separator = try entry.optional("separator")?.text ?? ""
        guard separator.utf8.count <= 1 else {
            throw node.failure(.wrongType(expected: "one character between the bytes"))
        }
    }
}

extension PatchRule.Checksum {
    /// How long its value is.
    package var byteCount: Int {
        switch self {
        case .crc32: 4
        case .crc16CCITT, .crc16ARC, .crc16Modbus: 2
        case .sha256: 32
        }
    }
}
