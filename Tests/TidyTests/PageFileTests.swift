// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import Testing

@Suite struct `Files of the station's page` {
    private static let kinds = ["js", "css", "html", "svg"]

    private func files() throws -> [SourceTree.File] {
        try Self.kinds.flatMap { try SourceTree.files(in: "Sources/StationServer/Web/Page", extension: $0) }
    }

    @Test func `start with their licence and stay small`() throws {
        let files = try files()
        #expect(files.count > 20)
        for file in files {
            let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false)
            #expect(
                lines.prefix(3).contains { $0.contains("SPDX-License-Identifier: Apache-2.0") },
                "\(file.path)")
            #expect(lines.count <= 230, "\(file.path) has \(lines.count) lines")
            #expect(
                lines.allSatisfy { $0.count <= 120 || $0.contains(" d=\"") }, "\(file.path) has long lines")
        }
    }

    /// The policy that the page is served with forbids them; here the place is told.
    @Test func `hold no markup as text, no style of an element and nothing from elsewhere`() throws {
        let forbidden = [
            "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function",
            "style=", "onclick=\"",
            "https://", "@import", "localStorage",
        ]
        for file in try files() {
            for word in forbidden { #expect(!file.text.contains(word), "\(file.path): \(word)") }
            let addresses = file.text.matches(of: /http:\/\/[^"'\s)]+/).map { String($0.0) }
            #expect(addresses.allSatisfy { $0 == "http://www.w3.org/2000/svg" }, "\(file.path): \(addresses)")
        }
    }

    @Test func `are all asked for by the page, and none that is not there`() throws {
        let files = try files()
        let names = Set(files.map { String($0.path.split(separator: "/").last ?? "") })
        let asked = Set(
            files.flatMap { $0.text.matches(of: /"\/page\/([a-z]+\.[a-z]+)"/).map { String($0.1) } })
        #expect(asked == names.subtracting(["index.html"]))
    }
}
