// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What is wrong at one place of a file.
package enum DefinitionProblem: Hashable, Sendable {
    /// Not YAML; `detail` is the parser's word for it.
    case syntax(detail: String)
    case tooLarge(limit: Int)
    /// Nested or long beyond what a description needs.
    case tooComplex
    case unknownKey(String, allowed: [String])
    case duplicateKey(String)
    case missingKey(String)
    case wrongType(expected: String)
    case outOfRange(value: String, allowed: String)
    case unknownValue(String, allowed: [String])
    /// A name of another file, where there is no such file; the nearest of those there are, and what lists them all.
    case unknownName(String, nearest: [String], list: String)
    case duplicate(String)
    /// `extends:` names nothing that is there.
    case missingFile(String)
    /// The file that `extends:` names is there, and cannot be read.
    case unreadableFile(String, String)
    /// Files build on each other more deeply than this, or in a circle.
    case tooManyAncestors(Int)
    /// The file is a family's, for others to build on.
    case isAbstract
    /// Two entries that do not fit together, in words.
    case conflict(String)

    /// One clause, without the place.
    package var text: String {
        switch self {
        case .syntax(let detail): detail
        case .tooLarge(let limit): "the file is larger than \(limit) bytes"
        case .tooComplex: "lines or nesting beyond what a description may have"
        case .unknownKey(let key, let allowed):
            "unknown key `\(key)` (known here: \(allowed.joined(separator: ", ")))"
        case .duplicateKey(let key): "key `\(key)` is given twice"
        case .missingKey(let key): "key `\(key)` is missing"
        case .wrongType(let expected): "expected \(expected)"
        case .outOfRange(let value, let allowed): "\(value) is out of range (\(allowed))"
        case .unknownValue(let value, let allowed):
            "`\(value)` is not one of \(allowed.joined(separator: ", "))"
        case .unknownName(let name, let nearest, let list):
            "there is no `\(name)`; near it: \(nearest.joined(separator: ", ")); all: `\(list)`"
        case .duplicate(let what): "\(what) is given twice"
        case .missingFile(let name): "there is no file `\(name)`"
        case .unreadableFile(let path, let reason): "`\(path)` cannot be read: \(reason)"
        case .tooManyAncestors(let limit): "more than \(limit) files build on each other, or in a circle"
        case .isAbstract: "this is what a family has in common, not a part"
        case .conflict(let detail): detail
        }
    }
}
