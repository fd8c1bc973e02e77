// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// An error that can explain itself to the person at the bench.
package protocol Diagnosable: Error, CustomStringConvertible, Sendable {
    /// Stable identifier: `DAP-004`.
    var code: String { get }
    /// What a script takes it for; nil when the class is that of the cause.
    var failureClass: FailureClass? { get }
    /// What happened, with the values involved. One sentence, no advice.
    var summary: String { get }
    /// What to try, most likely first. Empty when there is nothing to try.
    var remedies: [String] { get }
    /// The error of the layer below, when there is one.
    var cause: (any Diagnosable)? { get }
    /// The error and its causes, outermost first.
    var chain: [any Diagnosable] { get }
    /// Whether it only carries its cause upwards, so that a report may leave it out.
    var onlyPassesOn: Bool { get }
}

extension Diagnosable {
    package var remedies: [String] { [] }
    package var cause: (any Diagnosable)? { nil }
    package var onlyPassesOn: Bool { failureClass == nil && cause != nil }
    package var description: String { ErrorReport(self).lines.joined(separator: "\n") }

    package var chain: [any Diagnosable] {
        var chain: [any Diagnosable] = [self]
        while let next = chain.last?.cause { chain.append(next) }
        return chain
    }

    /// The outermost error of the chain that does more than pass on its cause.
    package var origin: any Diagnosable { chain.first { !$0.onlyPassesOn } ?? self }
}
