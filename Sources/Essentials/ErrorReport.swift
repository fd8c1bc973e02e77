// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// An error as it is reported: on the command line, in JSON documents and in lists.
package struct ErrorReport: Hashable, Sendable {
    /// One error of the chain.
    package struct Entry: Hashable, Encodable, Sendable {
        package let code: String
        package let summary: String

        init(_ error: any Diagnosable) { (code, summary) = (error.code, error.summary) }
    }

    package let failureClass: FailureClass
    /// The outermost error that does more than pass on its cause.
    let headline: Entry
    /// What led to it, outermost first.
    package let causes: [Entry]
    /// The errors that only passed on their cause, outermost first: the way it took through the layers.
    package let passedThrough: [Entry]
    /// What to try, those of the innermost error first, each once.
    package let remedies: [String]

    package var code: String { headline.code }
    package var summary: String { headline.summary }

    package init(_ error: any Diagnosable) {
        failureClass = FailureClass(of: error)
        let chain = error.chain
        let telling = chain.filter { !$0.onlyPassesOn }.map(Entry.init)
        headline = telling.first ?? Entry(error)
        causes = Array(telling.dropFirst())
        passedThrough = chain.filter(\.onlyPassesOn).map(Entry.init)
        var found: [String] = []
        for remedy in chain.reversed().flatMap(\.remedies) where !found.contains(remedy) {
            found.append(remedy)
        }
        remedies = found
    }

    /// What, why, what to do: as a person reads it.
    package var lines: [String] {
        var lines = ["error: \(summary) [\(code)]"]
        for (depth, cause) in causes.enumerated() {
            lines.append(
                String(repeating: "  ", count: depth + 1) + "because \(cause.summary) [\(cause.code)]")
        }
        return lines + remedies.map { "  try: \($0)" }
    }
}

extension ErrorReport: Encodable {
    private enum CodingKeys: String, CodingKey {
        case failureClass = "class"
        case code, summary, causes, passedThrough, remedies
    }

    package func encode(to encoder: any Encoder) throws {
        var keys = encoder.container(keyedBy: CodingKeys.self)
        try keys.encode(failureClass.name, forKey: .failureClass)
        try keys.encode(code, forKey: .code)
        try keys.encode(summary, forKey: .summary)
        try keys.encode(causes, forKey: .causes)
        try keys.encode(passedThrough, forKey: .passedThrough)
        try keys.encode(remedies, forKey: .remedies)
    }
}
