// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// An error that a station reports, with the same code, causes and remedies as an error of our own.
package struct RemoteError: Diagnosable {
    package struct Entry: Decodable, Hashable, Sendable {
        package let code: String
        package let summary: String

        package init(code: String, summary: String) { (self.code, self.summary) = (code, summary) }

        /// From `summary [CODE]`, as records keep causes.
        package init(recorded text: String) {
            guard text.hasSuffix("]"), let open = text.lastIndex(of: "[") else {
                self.init(code: RemoteError.unknownCode, summary: text)
                return
            }
            self.init(
                code: String(text[text.index(after: open)...].dropLast()),
                summary: text[..<open].trimmingSuffix())
        }
    }

    /// Outermost first; never empty.
    private let entries: ArraySlice<(entry: Entry, onlyPassesOn: Bool)>
    package let failureClass: FailureClass?
    package let remedies: [String]

    /// Of an error that came without a code.
    static let unknownCode = "STC-000"

    package init(
        _ headline: Entry, className: String, causes: [Entry], passedThrough: [Entry] = [],
        remedies: [String]
    ) {
        entries = (passedThrough.map { ($0, true) } + [(headline, false)] + causes.map { ($0, false) })[...]
        failureClass = FailureClass.allCases.first { $0.name == className } ?? .refused
        self.remedies = remedies
    }

    private init(
        rest: ArraySlice<(entry: Entry, onlyPassesOn: Bool)>, failureClass: FailureClass?
    ) {
        (entries, self.failureClass, remedies) = (rest, failureClass, [])
    }

    private var first: Entry { entries.first?.entry ?? Entry(code: Self.unknownCode, summary: "no reason") }
    package var code: String { first.code }
    package var summary: String { first.summary }
    package var onlyPassesOn: Bool { entries.first?.onlyPassesOn ?? false }
    package var cause: (any Diagnosable)? {
        entries.count > 1 ? Self(rest: entries.dropFirst(), failureClass: failureClass) : nil
    }
}

extension RemoteError: Decodable {
    private enum CodingKeys: String, CodingKey {
        case failureClass = "class"
        case code, summary, causes, passedThrough, remedies
    }

    package init(from decoder: any Decoder) throws {
        let keys = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            Entry(
                code: try keys.decode(String.self, forKey: .code),
                summary: try keys.decode(String.self, forKey: .summary)),
            className: try keys.decode(String.self, forKey: .failureClass),
            causes: try keys.decodeIfPresent([Entry].self, forKey: .causes) ?? [],
            passedThrough: try keys.decodeIfPresent([Entry].self, forKey: .passedThrough) ?? [],
            remedies: try keys.decodeIfPresent([String].self, forKey: .remedies) ?? [])
    }
}

extension Substring {
    fileprivate func trimmingSuffix() -> String {
        var text = self
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
