// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// Why a unit's own bytes cannot be made.
package enum PatchError: Error, Hashable, Sendable {
    case tooLarge(rule: String, value: String, place: Int)
    case wrongLength(rule: String, bytes: Int, place: Int)
    case notANumber(rule: String, text: String)
    case notASCII(rule: String, text: String)
    case unsuitable(rule: String, coding: PatchRule.Coding)
    /// The unit has no such field.
    case missingField(rule: String, field: String)
    /// The image has no bytes where the rule computes over them.
    case nothingThere(rule: String, range: AddressRange)
}

extension PatchError: Diagnosable {
    package var code: String {
        switch self {
        case .tooLarge: "JOB-001"
        case .wrongLength: "JOB-002"
        case .notANumber: "JOB-003"
        case .notASCII: "JOB-004"
        case .unsuitable: "JOB-005"
        case .missingField: "JOB-006"
        case .nothingThere: "JOB-007"
        }
    }
    package var failureClass: FailureClass? { .refused }

    package var summary: String {
        switch self {
        case .tooLarge(let rule, let value, let place):
            "patch `\(rule)`: \(value) does not fit \(Format.count(place, "byte"))"
        case .wrongLength(let rule, let bytes, let place):
            "patch `\(rule)`: the value has \(Format.count(bytes, "byte")), its place \(place)"
        case .notANumber(let rule, let text): "patch `\(rule)`: \"\(text)\" is no number of decimal digits"
        case .notASCII(let rule, let text): "patch `\(rule)`: \"\(text)\" has characters that are not ASCII"
        case .unsuitable(let rule, let coding):
            "patch `\(rule)`: bytes cannot be written as \(coding.rawValue)"
        case .missingField(let rule, let field): "patch `\(rule)`: the unit has no field `\(field)`"
        case .nothingThere(let rule, let range):
            "patch `\(rule)`: the image does not fill \(range), over which the checksum is computed"
        }
    }

    package var remedies: [String] {
        switch self {
        case .tooLarge, .wrongLength: ["give the rule a longer `place`, or another `format`"]
        case .notANumber, .notASCII, .unsuitable: ["choose a `format` that fits the value"]
        case .missingField(_, let field):
            ["send the field `\(field)` with the unit, or let the hook before it add the field"]
        case .nothingThere: ["give a range that the images fill, or fill the gap in the image"]
        }
    }
}
