// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Yams

/// A value of a description file (YAML) together with its place, so that every error names file, line and column.
///
/// The driver reads the same files with a reader of its own: shared are the facts, not the code.
struct DescriptionNode {
    let file: String
    private let node: Node
    private let place: (line: Int, column: Int)

    init(_ node: Node, in file: String, near fallback: (line: Int, column: Int) = (1, 1)) {
        (self.node, self.file) = (node, file)
        place = node.mark.map { ($0.line, $0.column) } ?? fallback
    }

    /// The error to throw when this value cannot be used.
    func failure(_ problem: DescriptionProblem) -> BenchError {
        .description(problem, file: file, line: place.line, column: place.column)
    }

    // MARK: Scalars

    /// A text that is not empty.
    var text: String {
        get throws(BenchError) {
            guard case .scalar(let scalar) = node, !scalar.string.isEmpty else {
                throw failure(.wrongType(expected: "a text"))
            }
            return scalar.string
        }
    }

    /// Decimal, or hexadecimal with `0x`; a minus sign where `allowed` has negative numbers.
    func integer(in allowed: ClosedRange<Int>) throws(BenchError) -> Int {
        let text = try text
        guard let value = Self.number(text) else { throw failure(.wrongType(expected: "a number")) }
        return try checked(value, text, in: allowed)
    }
    func byte() throws(BenchError) -> UInt8 { UInt8(try integer(in: 0...255)) }

    func decimal(in allowed: ClosedRange<Double>) throws(BenchError) -> Double {
        let text = try text
        guard let value = Double(text), value.isFinite else {
            throw failure(.wrongType(expected: "a number"))
        }
        return try checked(value, text, in: allowed)
    }

    func flag() throws(BenchError) -> Bool {
        switch try text {
        case "true": true
        case "false": false
        default: throw failure(.wrongType(expected: "true or false"))
        }
    }

    /// One of the raw values of `Choice`.
    func choice<Choice: CaseIterable & RawRepresentable<String>>(of: Choice.Type = Choice.self)
        throws(BenchError) -> Choice
    {
        let text = try text
        guard let choice = Choice(rawValue: text) else {
            throw failure(.unknownValue(text, allowed: Choice.allCases.map(\.rawValue)))
        }
        return choice
    }

    /// Bytes: `512 KiB`, `16 MiB` or a plain number; below zero where `allowed` is.
    func size(in allowed: ClosedRange<Int>) throws(BenchError) -> Int {
        let factors: [Substring: Int] = ["KiB": 1 << 10, "MiB": 1 << 20]
        return try quantity(factors, expected: "a size such as 512 KiB", in: allowed)
    }
    /// Hertz: `25 MHz`, `32768 Hz`.
    func frequency(in allowed: ClosedRange<Int>) throws(BenchError) -> Int {
        let factors: [Substring: Int] = ["Hz": 1, "kHz": 1_000, "MHz": 1_000_000]
        return try quantity(factors, expected: "a frequency such as 25 MHz", in: allowed)
    }

    private func quantity(_ factors: [Substring: Int], expected: String, in allowed: ClosedRange<Int>)
        throws(BenchError) -> Int
    {
        let text = try text
        let words = text.split(separator: " ")
        let factor = words.count == 2 ? factors[words[1]] : words.count == 1 ? 1 : nil
        guard let factor, let first = words.first, let count = Self.number(String(first)) else {
            throw failure(.wrongType(expected: expected))
        }
        let (value, overflow) = count.multipliedReportingOverflow(by: factor)
        return try checked(overflow ? .max : value, text, in: allowed)
    }
    private func checked<Value: Comparable>(_ value: Value, _ text: String, in allowed: ClosedRange<Value>)
        throws(BenchError) -> Value
    {
        guard allowed.contains(value) else {
            throw failure(
                .outOfRange(value: text, allowed: "\(allowed.lowerBound) to \(allowed.upperBound)"))
        }
        return value
    }
    private static func number(_ text: String) -> Int? {
        text.hasPrefix("0x") ? Int(text.dropFirst(2), radix: 16) : Int(text, radix: 10)
    }

    // MARK: Collections

    var isList: Bool {
        if case .sequence = node { return true }
        return false
    }
    var isMapping: Bool {
        if case .mapping = node { return true }
        return false
    }

    /// The entries of a list.
    func list(_ counts: ClosedRange<Int> = 1...256) throws(BenchError) -> [DescriptionNode] {
        guard case .sequence(let sequence) = node else { throw failure(.wrongType(expected: "a list")) }
        guard counts.contains(sequence.count) else {
            throw failure(
                .outOfRange(
                    value: "\(sequence.count) entries",
                    allowed: "\(counts.lowerBound) to \(counts.upperBound)")
            )
        }
        return sequence.map { DescriptionNode($0, in: file, near: place) }
    }

    /// The values by key, of a mapping that has all `required` keys and none but these and the `optional` ones.
    func mapping(_ required: [String], optional: [String] = []) throws(BenchError) -> DescriptionMapping {
        guard case .mapping(let mapping) = node else {
            throw failure(.wrongType(expected: "keys and values"))
        }
        var values: [String: DescriptionNode] = [:]
        for (key, value) in mapping {
            let keyNode = DescriptionNode(key, in: file, near: place)
            let name = try keyNode.text
            guard required.contains(name) || optional.contains(name) else {
                throw keyNode.failure(.unknownKey(name, allowed: required + optional))
            }
            values[name] = DescriptionNode(value, in: file, near: keyNode.place)
        }
        for key in required where values[key] == nil { throw failure(.missingKey(key)) }
        return DescriptionMapping(values: values)
    }

    /// One value of a mapping that may have any other keys.
    func hasMember(_ key: String) -> Bool {
        guard case .mapping(let mapping) = node else { return false }
        return mapping.contains { $0.key.string == key }
    }
    func member(_ key: String) throws(BenchError) -> DescriptionNode {
        guard case .mapping(let mapping) = node else {
            throw failure(.wrongType(expected: "keys and values"))
        }
        guard let (name, value) = mapping.first(where: { $0.key.string == key }) else {
            throw failure(.missingKey(key))
        }
        return DescriptionNode(value, in: file, near: DescriptionNode(name, in: file, near: place).place)
    }

    /// The entries of a mapping whose keys are data, such as numbers, in the order of the file.
    func pairs(_ counts: ClosedRange<Int> = 1...256) throws(BenchError) -> [(
        key: DescriptionNode, value: DescriptionNode
    )] {
        guard case .mapping(let mapping) = node else {
            throw failure(.wrongType(expected: "keys and values"))
        }
        guard counts.contains(mapping.count) else {
            throw failure(
                .outOfRange(
                    value: "\(mapping.count) entries", allowed: "\(counts.lowerBound) to \(counts.upperBound)"
                ))
        }
        return mapping.map { key, value in
            let key = DescriptionNode(key, in: file, near: place)
            return (key, DescriptionNode(value, in: file, near: key.place))
        }
    }
}

/// The checked entries of one mapping.
struct DescriptionMapping {
    fileprivate let values: [String: DescriptionNode]

    /// A required entry.
    subscript(_ key: String) -> DescriptionNode {
        guard let value = values[key] else { preconditionFailure("`\(key)` was not asked for as required") }
        return value
    }
    func optional(_ key: String) -> DescriptionNode? { values[key] }
    /// What `read` makes of an entry that may be missing.
    func optional<Value>(_ key: String, _ read: (DescriptionNode) throws(BenchError) -> Value)
        throws(BenchError) -> Value?
    {
        guard let value = values[key] else { return nil }
        return try read(value)
    }
}
