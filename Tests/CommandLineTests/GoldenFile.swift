// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import Testing

/// A file of expected text beside the tests.
///
/// With `EXTFLASH_UPDATE_GOLDEN=1` (`make golden`) it is written instead; read what changed before it is committed.
struct GoldenFile {
    let name: String

    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")
    static let updates = ProcessInfo.processInfo.environment["EXTFLASH_UPDATE_GOLDEN"] == "1"

    var url: URL { Self.folder.appending(path: name) }

    func expect(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        if Self.updates { return try Data(text.utf8).write(to: url) }
        let wanted = try #require(
            try? String(contentsOf: url, encoding: .utf8), "there is no \(name): run `make golden`",
            sourceLocation: sourceLocation)
        guard text != wanted else { return }
        let (found, expected) = (Self.lines(text), Self.lines(wanted))
        let at =
            zip(found, expected).enumerated().first { $0.element.0 != $0.element.1 }?.offset
            ?? min(found.count, expected.count)
        Issue.record(
            """
            \(name):\(at + 1) differs (`make golden` writes it anew)
            expected: \(expected.indices.contains(at) ? expected[at] : "(the end)")
            found:    \(found.indices.contains(at) ? found[at] : "(the end)")
            """, sourceLocation: sourceLocation)
    }

    private static func lines(_ text: String) -> [Substring] {
        text.split(separator: "\n", omittingEmptySubsequences: false)
    }
}
