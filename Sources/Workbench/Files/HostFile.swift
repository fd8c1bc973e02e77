// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Glibc

/// Reading files of the host, with limits: a name may lead to a device or to something huge.
enum HostFile {
    /// A configuration file is a few kilobytes.
    static let configurationLimit = 1 << 20

    /// Reads all of a file; a regular file of more than `limit` bytes is refused before it is read.
    static func read(_ path: String, limit: Int) throws(WorkbenchError) -> [UInt8] {
        let file = try InputFile(path)
        if let size = file.size, size > limit { throw file.tooLarge(limit: limit) }
        return try file.read(limit: limit)
    }

    /// Whether something other than a directory has this name.
    static func exists(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT != S_IFDIR
    }

    static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Why a directory cannot be listed by this user; nil when it can be, or is not there.
    static func obstacle(toListing directory: String) -> String? {
        guard access(directory, R_OK | X_OK) != 0, errno != ENOENT, errno != ENOTDIR else { return nil }
        return SystemCallError.last.text
    }

    /// Names of everything in a directory, in no order; empty when there is no such directory for this user.
    ///
    /// Who works under another name than the environment's home says is often not let into that.
    static func names(in directory: String) throws(WorkbenchError) -> [String] {
        guard let stream = opendir(directory) else {
            if [ENOENT, ENOTDIR, EACCES].contains(errno) { return [] }
            throw .fileUnreadable(path: directory, reason: SystemCallError.last.text)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                guard errno == 0 else {
                    throw .fileUnreadable(path: directory, reason: SystemCallError.last.text)
                }
                return names
            }
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) {
                    String(cString: $0)
                }
            }
            if name != ".", name != ".." { names.append(name) }
        }
    }
}
