// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials
import Yams

/// A YAML node that knows where it stands, so that every complaint names file, line and column.
package struct DefinitionNode {
    package let file: String
    private let node: Node
    private let mark: (line: Int, column: Int)
    /// Set for a list whose entries come from several files.
    private var entries: [DefinitionNode]?

    init(_ node: Node, in file: String, near fallback: (line: Int, column: Int)) {
        (self.node, self.file) = (node, file)
        mark = node.mark.map { ($0.line, $0.column) } ?? fallback
    }

    /// This list with other entries, for messages at the same place.
    func replacingEntries(_ entries: [DefinitionNode]) -> DefinitionNode {
        var copy = self
        copy.entries = entries
        return copy
    }

    package func failure(_ problem: DefinitionProblem) -> DefinitionError {
        DefinitionError(problem, file: file, line: mark.line, column: mark.column)
    }

    // MARK: Scalars

    package var text: String {
        get throws(DefinitionError) {
            guard case .scalar(let scalar) = node, !scalar.string.isEmpty else {
                throw failure(.wrongType(expected: "a text"))
            }
            return scalar.string
        }
    }

    package func integer(in allowed: ClosedRange<UInt64>) throws(DefinitionError) -> UInt64 {
        guard case .scalar(let scalar) = node, let value = Self.number(scalar.string) else {
            throw failure(.wrongType(expected: "a number"))
        }
        guard allowed.contains(value) else {
            throw failure(
                .outOfRange(value: scalar.string, allowed: "\(allowed.lowerBound) to \(allowed.upperBound)"))
        }
        return value
    }

    func byte() throws(DefinitionError) -> UInt8 { UInt8(try integer(in: 0...255)) }

    package func word() throws(DefinitionError) -> UInt32 { UInt32(try integer(in: 0...UInt64(UInt32.max))) }

    /// The address of a 32-bit register.
    package func register() throws(DefinitionError) -> UInt32 {
        let value = try word()
        guard value.isMultiple(of: 4) else {
            throw failure(.outOfRange(value: "\(value)", allowed: "a multiple of 4"))
        }
        return value
    }

    func bit() throws(DefinitionError) -> UInt32 { UInt32(try integer(in: 0...31)) }

    package func decimal(in allowed: ClosedRange<Double>) throws(DefinitionError) -> Double {
        guard case .scalar(let scalar) = node, let value = Double(scalar.string), value.isFinite else {
            throw failure(.wrongType(expected: "a number"))
        }
        guard allowed.contains(value) else {
            throw failure(
                .outOfRange(value: scalar.string, allowed: "\(allowed.lowerBound) to \(allowed.upperBound)"))
        }
        return value
    }

    package func flag() throws(DefinitionError) -> Bool {
        switch try text {
        case "true": true
        case "false": false
        default: throw failure(.wrongType(expected: "true or false"))
        }
    }

    package func choice<Choice: CaseIterable & RawRepresentable<String>>(of: Choice.Type)
        throws(DefinitionError)
        -> Choice
    {
        let text = try text
        guard let choice = Choice(rawValue: text) else {
            throw failure(.unknownValue(text, allowed: Choice.allCases.map(\.rawValue)))
        }
        return choice
    }

    /// `512 KiB`, `256 MiB` or plain bytes.
    package func size() throws(DefinitionError) -> UInt64 {
        let units: [Substring: UInt64] = ["KiB": 1 << 10, "MiB": 1 << 20]
        let bytes = try quantity(try text, units, expected: "a size such as 512 KiB")
        guard (1...1 << 32).contains(bytes) else {
            throw failure(.outOfRange(value: try text, allowed: "1 byte to 4 GiB"))
        }
        return bytes
    }

    /// A place by size, counted from the end where it is below zero: `-128 KiB`.
    func offset() throws(DefinitionError) -> Int64 {
        let units: [Substring: UInt64] = ["KiB": 1 << 10, "MiB": 1 << 20]
        let text = try text
        let isNegative = text.hasPrefix("-")
        let bytes = try quantity(
            isNegative ? String(text.dropFirst()) : text, units, expected: "an offset such as 128 KiB")
        guard bytes <= 1 << 32 else { throw failure(.outOfRange(value: text, allowed: "up to 4 GiB")) }
        return isNegative ? -Int64(bytes) : Int64(bytes)
    }

    /// `25 MHz`, `32768 Hz` or plain hertz.
    package func frequency() throws(DefinitionError) -> Hertz {
        let units: [Substring: UInt64] = ["Hz": 1, "kHz": 1_000, "MHz": 1_000_000]
        let value = try quantity(try text, units, expected: "a frequency such as 25 MHz")
        guard let hertz = UInt32(exactly: value), hertz > 0 else {
            throw failure(.outOfRange(value: try text, allowed: "1 Hz to 4 GHz"))
        }
        return Hertz(hertz)
    }

    private func quantity(
        _ text: String, _ units: [Substring: UInt64], expected: String
    ) throws(DefinitionError) -> UInt64 {
        let parts = text.split(separator: " ")
        let unit = parts.count == 2 ? units[parts[1]] : parts.count == 1 ? 1 : nil
        guard let unit, let first = parts.first, let count = Self.number(String(first)) else {
            throw failure(.wrongType(expected: expected))
        }
        let (value, overflow) = count.multipliedReportingOverflow(by: unit)
        guard !overflow else { throw failure(.outOfRange(value: text, allowed: "less")) }
        return value
    }

    private static func number(_ text: String) -> UInt64? {
        let isHexadecimal = text.hasPrefix("0x")
        let digits = isHexadecimal ? text.dropFirst(2) : text[...]
        // Swift would take a sign as well.
        guard let first = digits.first, first.isHexDigit else { return nil }
        return UInt64(digits, radix: isHexadecimal ? 16 : 10)
    }

    // MARK: Collections

    package var isMapping: Bool { if case .mapping = node { true } else { false } }
    package var isScalar: Bool { if case .scalar = node { true } else { false } }

    package func list(upTo limit: Int = 64) throws(DefinitionError) -> [DefinitionNode] {
        if let entries { return entries }
        guard case .sequence(let sequence) = node else { throw failure(.wrongType(expected: "a list")) }
        guard (1...limit).contains(sequence.count) else {
            throw failure(.outOfRange(value: "\(sequence.count) entries", allowed: "1 to \(limit)"))
        }
        return sequence.map { DefinitionNode($0, in: file, near: mark) }
    }

    /// Two numbers, the first not above the second: `[2, 4]`.
    func bits(below limit: UInt64 = 32) throws(DefinitionError) -> ClosedRange<UInt32> {
        let entries = try list(upTo: 2)
        guard entries.count == 2 else { throw failure(.wrongType(expected: "the first and the last bit")) }
        let first = UInt32(try entries[0].integer(in: 0...limit - 1))
        return first...UInt32(try entries[1].integer(in: UInt64(first)...limit - 1))
    }

    /// The values by key.
    ///
    /// Every key must be one of these.
    package func mapping(_ required: [String], optional: [String] = []) throws(DefinitionError)
        -> DefinitionMapping
    {
        guard case .mapping(let mapping) = node else {
            throw failure(.wrongType(expected: "keys and values"))
        }
        var values: [String: DefinitionNode] = [:]
        for (key, value) in mapping {
            let place = DefinitionNode(key, in: file, near: mark)
            let name = try place.text
            guard required.contains(name) || optional.contains(name) else {
                throw place.failure(.unknownKey(name, allowed: required + optional))
            }
            let previous = values.updateValue(DefinitionNode(value, in: file, near: place.mark), forKey: name)
            guard previous == nil else { throw place.failure(.duplicateKey(name)) }
        }
        let checked = DefinitionMapping(node: self, values: values)
        try checked.require(required)
        return checked
    }

    /// The value of one key, whatever the others are.
    func value(of key: String) throws(DefinitionError) -> DefinitionNode? {
        guard case .mapping(let mapping) = node else {
            throw failure(.wrongType(expected: "keys and values"))
        }
        return mapping[Node(key)].map { DefinitionNode($0, in: file, near: mark) }
    }
    /// What distinguishes this entry of a list from its others: the value of `key`, a number in decimal.
    func identity(_ key: String) throws(DefinitionError) -> String {
        guard let text = try value(of: key)?.text else { throw failure(.missingKey(key)) }
        return Self.number(text).map { String($0) } ?? text
    }
    /// Marked as not there: `{opcode: 0x52, absent: true}`.
    func isAbsent() throws(DefinitionError) -> Bool { try value(of: "absent")?.flag() ?? false }

}

/// The checked entries of one mapping.
package struct DefinitionMapping {
    /// Where it stands.
    package let node: DefinitionNode
    var values: [String: DefinitionNode]

    /// A required entry.
    package subscript(_ key: String) -> DefinitionNode {
        guard let value = values[key] else { preconditionFailure("`\(key)` was not asked for as required") }
        return value
    }
    package func optional(_ key: String) -> DefinitionNode? { values[key] }

    func require(_ keys: [String]) throws(DefinitionError) {
        for key in keys where values[key] == nil { throw node.failure(.missingKey(key)) }
    }
}
