// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// A mistake in a file of `Config/`, and where it stands.
package struct DefinitionError: Error, Hashable, Sendable {
    package let problem: DefinitionProblem
    /// As it was named by whoever read it.
    package let file: String
    /// Both from 1.
    package let line: Int
    package let column: Int

    init(_ problem: DefinitionProblem, file: String, line: Int, column: Int) {
        (self.problem, self.file, self.line, self.column) = (problem, file, line, column)
    }
}

extension DefinitionError: Diagnosable {
    package var code: String {
        switch problem {
        case .syntax: "CFG-001"
        case .tooLarge: "CFG-002"
        case .tooComplex: "CFG-003"
        case .unknownKey: "CFG-004"
        case .duplicateKey: "CFG-005"
        case .missingKey: "CFG-006"
        case .wrongType: "CFG-007"
        case .outOfRange: "CFG-008"
        case .unknownValue, .unknownName: "CFG-009"
        case .duplicate: "CFG-010"
        case .missingFile: "CFG-011"
        case .unreadableFile: "CFG-015"
        case .tooManyAncestors: "CFG-012"
        case .isAbstract: "CFG-013"
        case .conflict: "CFG-014"
        }
    }
    package var failureClass: FailureClass? { .configurationInvalid }
    package var summary: String { "\(file):\(line):\(column): \(problem.text)" }
}
