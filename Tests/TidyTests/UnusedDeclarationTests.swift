// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import Testing

/// By name only, which finds what no compiler tells: package access hides a dead declaration from it.
@Suite struct `Package declarations` {
    /// What the language or its library calls.
    private static let calledByTheLanguage: Set = ["unownedExecutor", "callAsFunction", "enqueue"]

    @Test func `are used outside their own file; those that only tests use say so`() throws {
        let sources = try SourceTree.files(in: "Sources")
        let tests = try SourceTree.files(in: "Tests").reduce(into: Set<Substring>()) {
            $0.formUnion($1.words)
        }
        var users: [Substring: Int] = [:]
        for file in sources { for word in file.words { users[word, default: 0] += 1 } }
        var count = 0
        for file in sources {
            let declarations = DeclaredName.all(in: file)
            guard !declarations.isEmpty else { continue }
            let interface = file.interface
            for found in declarations {
                count += 1
                let name = Substring(found.name)
                // Its own file is one user.
                if users[name, default: 0] > 1 || interface.contains(name) { continue }
                if Self.calledByTheLanguage.contains(found.name) { continue }
                let isForTests = tests.contains(name) && found.comment.localizedLowercase.contains("test")
                #expect(
                    isForTests,
                    "\(found.file):\(found.line): nothing uses \(name) outside this file\(tests.contains(name) ? " but tests" : "")"
                )
            }
        }
        #expect(count > 1000)
    }
}
