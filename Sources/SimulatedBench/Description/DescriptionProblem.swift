// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What is wrong at one place of a description file.
package enum DescriptionProblem: Hashable, Sendable {
    /// Not YAML; `detail` is the parser's description.
    case syntax(detail: String)
    /// Bytes.
    case tooLarge(limit: Int)
    /// Longer lines or deeper nesting than a description needs.
    case tooComplex(columns: Int, brackets: Int)
    case unknownKey(String, allowed: [String])
    case repeatedKey(String)
    case missingKey(String)
    case wrongType(expected: String)
    case outOfRange(value: String, allowed: String)
    case unknownValue(String, allowed: [String])
    /// Two entries that exclude each other, or one given twice; names it.
    case conflict(String)

    var text: String {
        switch self {
        case .syntax(let detail): detail
        case .tooLarge(let limit): "the file is larger than \(limit) bytes"
        case .tooComplex(let columns, let brackets):
            "a line of more than \(columns) characters, or more than \(brackets) brackets inside each other"
        case .unknownKey(let key, let allowed):
            "unknown key `\(key)` (known here: \(allowed.joined(separator: ", ")))"
        case .repeatedKey(let key): "the key `\(key)` is given twice"
        case .missingKey(let key): "the key `\(key)` is missing"
        case .wrongType(let expected): "expected \(expected)"
        case .outOfRange(let value, let allowed): "\(value) is out of range (\(allowed))"
        case .unknownValue(let value, let allowed):
            "`\(value)` is not one of \(allowed.joined(separator: ", "))"
        case .conflict(let detail): detail
        }
    }
}
