// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Yams

/// A YAML node that knows where it stands, so that every complaint names file, line and column.
struct DefinitionNode {
    let file: String
    private let node: Node
    private let mark: (line: Int, column: Int)

    private init(_ node: Node, in file: String, near fallback: (line: Int, column: Int)) {
        (self.node, self.file) = (node, file)
        mark = node.mark.map { ($0.line, $0.column) } ?? fallback
    }

    func failure(_ problem: DefinitionProblem) -> DefinitionError {
        DefinitionError(problem, file: file, line: mark.line, column: mark.column)
    }

    // MARK: Scalars

    var text: String {
        get throws(DefinitionError) {
            guard case .scalar(let scalar) = node, !scalar.string.isEmpty else {
                throw failure(.wrongType(expected: "a text"))
            }
            return scalar.string
        }
    }

    func integer(in allowed: ClosedRange<UInt64>) throws(DefinitionError) -> UInt64 {
        guard case .scalar(let scalar) = node, let value = Self.number(scalar.string) else {
            throw failure(.wrongType(expected: "a number"))
        }
        guard allowed.contains(value) else {
            throw failure(
                .outOfRange(value: scalar.string, allowed: "\(allowed.lowerBound) to \(allowed.upperBound)"))
        }
        return value
    }

    func word() throws(DefinitionError) -> UInt32 { UInt32(try integer(in: 0...UInt64(UInt32.max))) }

    /// The address of a 32-bit register.
    func register() throws(DefinitionError) -> UInt32 {
        let value = try word()
        guard value.isMultiple(of: 4) else {
            throw failure(.outOfRange(value: "\(value)", allowed: "a multiple of 4"))
        }
        return value
    }

    func bit() throws(DefinitionError) -> UInt32 { UInt32(try integer(in: 0...31)) }

    func decimal(in allowed: ClosedRange<Double>) throws(DefinitionError) -> Double {
        guard case .scalar(let scalar) = node, let value = Double(scalar.string), value.isFinite else {
            throw failure(.wrongType(expected: "a number"))
        }
        guard allowed.contains(value) else {
            throw failure(
                .outOfRange(value: scalar.string, allowed: "\(allowed.lowerBound) to \(allowed.upperBound)"))
        }
        return value
    }

    func flag() throws(DefinitionError) -> Bool {
        switch try text {
        case "true": true
        case "false": false
        default: throw failure(.wrongType(expected: "true or false"))
        }
    }

    func choice<Choice: CaseIterable & RawRepresentable<String>>(of: Choice.Type) throws(DefinitionError)
        -> Choice
    {
        let text = try text
        guard let choice = Choice(rawValue: text) else {
            throw failure(.unknownValue(text, allowed: Choice.allCases.map(\.rawValue)))
        }
        return choice
    }

    /// `512 KiB`, `256 MiB` or plain bytes.
    func size() throws(DefinitionError) -> UInt64 {
        let text = try text
        let parts = text.split(separator: " ")
        let units: [Substring: UInt64] = ["KiB": 1 << 10, "MiB": 1 << 20]
        let unit = parts.count == 2 ? units[parts[1]] : parts.count == 1 ? 1 : nil
        guard let unit, let first = parts.first, let count = Self.number(String(first)) else {
            throw failure(.wrongType(expected: "a size such as 512 KiB"))
        }
        let (bytes, overflow) = count.multipliedReportingOverflow(by: unit)
        guard !overflow, (1...1 << 32).contains(bytes) else {
            throw failure(.outOfRange(value: text, allowed: "1 byte to 4 GiB"))
        }
        return bytes
    }

    private static func number(_ text: String) -> UInt64? {
        text.hasPrefix("0x") ? UInt64(text.dropFirst(2), radix: 16) : UInt64(text, radix: 10)
    }

    // MARK: Collections

    func list(upTo limit: Int = 64) throws(DefinitionError) -> [DefinitionNode] {
        guard case .sequence(let sequence) = node else { throw failure(.wrongType(expected: "a list")) }
        guard (1...limit).contains(sequence.count) else {
            throw failure(.outOfRange(value: "\(sequence.count) entries", allowed: "1 to \(limit)"))
        }
        return sequence.map { DefinitionNode($0, in: file, near: mark) }
    }

    /// The values by key.
    ///
    /// Every key must be one of these.
    func mapping(_ required: [String], optional: [String] = []) throws(DefinitionError) -> DefinitionMapping {
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
        for key in required where values[key] == nil { throw failure(.missingKey(key)) }
        return DefinitionMapping(values: values)
    }
}

/// The checked entries of one mapping.
struct DefinitionMapping {
    fileprivate let values: [String: DefinitionNode]

    /// A required entry.
    subscript(_ key: String) -> DefinitionNode {
        guard let value = values[key] else { preconditionFailure("`\(key)` was not asked for as required") }
        return value
    }
    func optional(_ key: String) -> DefinitionNode? { values[key] }
}

// MARK: - From text

extension DefinitionNode {
    private static let sizeLimit = 262_144
    /// Keeps the nesting of blocks small too, since each level needs a column.
    private static let lineLimit = 200
    private static let nestingLimit = 16

    /// Parses a file that may be hostile: the parser recurses, so its input is bounded first.
    init(text: String, file: String) throws(DefinitionError) {
        try Self.check(text, file)
        let root: Node?
        do { root = try Yams.compose(yaml: text) } catch { throw Self.translated(error, file) }
        guard let root else {
            throw DefinitionError(.wrongType(expected: "keys and values"), file: file, line: 1, column: 1)
        }
        self.init(root, in: file, near: (1, 1))
    }

    private static func check(_ text: String, _ file: String) throws(DefinitionError) {
        guard text.utf8.count <= sizeLimit else {
            throw DefinitionError(.tooLarge(limit: sizeLimit), file: file, line: 1, column: 1)
        }
        // Brackets in texts and comments count as well: simpler, and no target file has many.
        var (line, column, depth) = (1, 1, 0)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\n"): (line, column) = (line + 1, 0)
            case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth = max(0, depth - 1)
            default: break
            }
            column += 1
            guard depth <= nestingLimit, column <= lineLimit else {
                throw DefinitionError(.tooComplex, file: file, line: line, column: column)
            }
        }
    }

    private static func translated(_ error: any Error, _ file: String) -> DefinitionError {
        func at(_ mark: Mark, _ problem: String) -> DefinitionError {
            DefinitionError(.syntax(detail: problem), file: file, line: mark.line, column: mark.column)
        }
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return at(mark, problem)
        case .duplicatedKeysInMapping(let duplicates, let context):
            return DefinitionError(
                .duplicateKey(duplicates.first ?? ""), file: file, line: context.mark.line,
                column: context.mark.column)
        case .reader(let problem, _, _, _):
            return DefinitionError(.syntax(detail: problem), file: file, line: 1, column: 1)
        default:
            return DefinitionError(.syntax(detail: "not readable as YAML"), file: file, line: 1, column: 1)
        }
    }
}
