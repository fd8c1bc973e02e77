// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Testing

@Suite struct `Error codes` {
    /// Each place that gives out a code: file, and the code.
    private func occurrences() throws -> [(file: String, code: String)] {
        try SourceTree.files(in: "Sources").filter { $0.text.contains("var code: String") }.flatMap { file in
            file.text.matches(of: #/:\s*"([A-Z]{3}-[0-9]{3})"|\{ "([A-Z]{3}-[0-9]{3})" \}/#).map { match in
                (file.path, String(match.1 ?? match.2 ?? ""))
            }
        }
    }

    @Test func `no two errors share a code`() throws {
        var owners: [String: String] = [:]
        for (file, code) in try occurrences() {
            if let owner = owners[code] { Issue.record("\(code) is given out by \(owner) and by \(file)") }
            owners[code] = file
        }
        #expect(owners.count > 20)
    }

    @Test func `one module owns each prefix`() throws {
        var owners: [Substring: Substring] = [:]
        for (file, code) in try occurrences() {
            let module = file.split(separator: "/")[1]
            let prefix = code.prefix(3)
            // Essentials' decoder error is worded once for everybody.
            if let owner = owners[prefix] { #expect(owner == module, "\(prefix) in \(owner) and \(module)") }
            owners[prefix] = module
        }
    }
}
