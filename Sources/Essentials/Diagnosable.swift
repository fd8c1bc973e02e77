// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// An error that can explain itself to the person at the bench.
package protocol Diagnosable: Error, CustomStringConvertible, Sendable {
    /// Stable identifier, the key of the troubleshooting page: `DAP-004`.
    var code: String { get }
    /// What happened, with the values involved. One sentence, no advice.
    var summary: String { get }
    /// What to try, most likely first. Empty when there is nothing to try.
    var remedies: [String] { get }
    /// The error of the layer below, when there is one.
    var cause: (any Diagnosable)? { get }
}

extension Diagnosable {
    package var remedies: [String] { [] }
    package var cause: (any Diagnosable)? { nil }
    package var description: String {
        var lines = ["[\(code)] \(summary)"]
        if let cause { lines.append("  caused by \(cause)") }
        lines += remedies.map { "  try: \($0)" }
        return lines.joined(separator: "\n")
    }
}
