// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Yams

/// From text.
extension DescriptionNode {
    /// Bytes of a whole file.
    static let sizeLimit = 256 << 10
    /// Every level of a block needs a column of its own, so short lines bound the nesting as well.
    static let lineLimit = 240
    private static let bracketLimit = 16

    /// Reads a file that somebody else may have written; `file` is its name in messages.
    ///
    /// The parser calls itself for every level of nesting, so what it gets is bounded first.
    init(text: String, file: String) throws(BenchError) {
        try Self.bound(text, file)
        let root: Node?
        do { root = try Yams.compose(yaml: text) } catch { throw Self.translated(error, file) }
        guard let root else {
            throw .description(.wrongType(expected: "keys and values"), file: file, line: 1, column: 1)
        }
        self.init(root, in: file)
    }

    private static func bound(_ text: String, _ file: String) throws(BenchError) {
        guard text.utf8.count <= sizeLimit else {
            throw .description(.tooLarge(limit: sizeLimit), file: file, line: 1, column: 1)
        }
        // Brackets in texts and comments count as well: no description needs many.
        var (line, column, depth) = (1, 0, 0)
        for byte in text.utf8 {
            column += 1
            switch byte {
            case UInt8(ascii: "\n"): (line, column) = (line + 1, 0)
            case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth = max(0, depth - 1)
            default: break
            }
            guard depth <= bracketLimit, column <= lineLimit else {
                throw .description(
                    .tooComplex(columns: lineLimit, brackets: bracketLimit), file: file, line: line,
                    column: column)
            }
        }
    }

    private static func translated(_ error: any Error, _ file: String) -> BenchError {
        func at(_ mark: Mark?, _ problem: DescriptionProblem) -> BenchError {
            .description(problem, file: file, line: mark?.line ?? 1, column: mark?.column ?? 1)
        }
        switch error as? YamlError {
        case .scanner(_, let detail, let mark, _), .parser(_, let detail, let mark, _),
            .composer(_, let detail, let mark, _):
            return at(mark, .syntax(detail: detail))
        case .duplicatedKeysInMapping(let keys, let context):
            return at(context.mark, .repeatedKey(keys.first ?? ""))
        case .reader(let detail, _, _, _): return at(nil, .syntax(detail: detail))
        default: return at(nil, .syntax(detail: "not readable as YAML"))
        }
    }
}
