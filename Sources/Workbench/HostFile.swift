// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import Glibc

/// Files of the host, with limits: a name may lead to a device or to something huge.
enum HostFile {
    /// A configuration file is a few kilobytes.
    static let configurationLimit = 1 << 20
    /// An ELF with debug information may be hundreds of megabytes; what is loaded of it is checked against the flash.
    static let imageLimit = 1 << 30

    static func read(_ path: String, limit: Int) throws(WorkbenchError) -> [UInt8] {
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            throw .fileUnreadable(path: path, reason: "there is no such file")
        }
        guard !isDirectory.boolValue else { throw .fileUnreadable(path: path, reason: "it is a directory") }
        do {
            let handle = try FileHandle(forReadingFrom: URL(filePath: path))
            defer { try? handle.close() }  // Nothing was written; closing cannot lose anything.
            var bytes: [UInt8] = []
            while bytes.count <= limit, let part = try handle.read(upToCount: 1 << 20), !part.isEmpty {
                bytes += part
            }
            guard bytes.count <= limit else {
                throw WorkbenchError.fileUnreadable(path: path, reason: "it is larger than \(limit) bytes")
            }
            return bytes
        } catch let error as WorkbenchError {
            throw error
        } catch {
            throw .fileUnreadable(path: path, reason: error.localizedDescription)
        }
    }

    /// Replaces `path` in one step, so that a failure leaves the old file as it was.
    static func write(_ bytes: [UInt8], to path: String) throws(WorkbenchError) {
        do {
            try Data(bytes).write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw .fileUnwritable(path: path, reason: error.localizedDescription)
        }
    }
}
