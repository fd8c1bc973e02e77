// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import Testing

/// The project's own files, as the tests about its structure read them.
enum SourceTree {
    struct File: Sendable, CustomTestStringConvertible {
        /// Relative to the package.
        let path: String
        let text: String
        var testDescription: String { path }
    }

    static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        .standardized

    /// Every file below `folder` with the given extension, in path order.
    static func files(in folder: String, extension suffix: String = "swift") throws -> [File] {
        let base = root.appending(path: folder)
        let found = FileManager.default.enumerator(at: base, includingPropertiesForKeys: nil)
        return try (found?.compactMap { $0 as? URL } ?? [])
            .filter { $0.pathExtension == suffix }
            .sorted { $0.path < $1.path }
            .map { url in
                let path = url.standardized.path.dropFirst(root.path.count).drop { $0 == "/" }
                return File(path: String(path), text: try String(contentsOf: url, encoding: .utf8))
            }
    }

    static func swiftFiles() throws -> [File] { try files(in: "Sources") + files(in: "Tests") }
}
