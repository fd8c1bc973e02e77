// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Yams

extension DefinitionNode {
    private static let sizeLimit = 262_144
    /// Keeps the nesting of blocks small too, since each level needs a column.
    private static let lineLimit = 240
    private static let nestingLimit = 16

    /// Parses a file that may be hostile: the parser recurses, so its input is bounded first.
    package init(text: String, file: String) throws(DefinitionError) {
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
        // Brackets in texts and comments count as well: simpler, and no description has many.
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
