// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation

/// A directory that goes when the test does.
final class ScratchDirectory {
    let path: String

    init() throws {
        path = URL.temporaryDirectory.appending(path: "extflash-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
    // What stays behind is the system's to clean up.
    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ name: String, _ bytes: some Sequence<UInt8>) throws {
        let file = URL(filePath: path).appending(path: name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(Array(bytes)).write(to: file)
    }
}
