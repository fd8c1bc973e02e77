// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation

/// A directory that goes when the test does.
final class ScratchDirectory {
    let url: URL

    init() throws {
        url = .temporaryDirectory.appending(path: "extflash-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }
    // What stays behind is the system's to clean up.
    deinit { try? FileManager.default.removeItem(at: url) }

    var path: String { url.path }
    func path(_ name: String) -> String { url.appending(path: name).path }

    /// Writes a file, and the directories it needs.
    @discardableResult func file(_ name: String, _ bytes: [UInt8] = []) throws -> String {
        let file = url.appending(path: name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
        return file.path
    }
    func contents(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: url.appending(path: name)))
    }
    /// Names of everything in it, sorted.
    func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
}
