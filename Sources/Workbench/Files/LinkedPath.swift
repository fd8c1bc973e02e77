// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Glibc

/// Where symbolic links lead.
enum LinkedPath {
    /// As many as Linux follows (path_resolution(7)).
    private static let mostLinks = 40

    /// The path of an existing file without any link in it; nil when it has none that leads there.
    static func real(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        // A file that was deleted while it is open has a path under /proc only.
        let real = String(cString: resolved)
        return access(real, F_OK) == 0 ? real : nil
    }

    /// What a path names after the links at its end, also when nothing is there yet.
    static func end(of path: String) throws(SystemCallError) -> String {
        var current = path
        for _ in 0..<mostLinks {
            var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
            let count = readlink(current, &buffer, buffer.count)
            if count < 0 {
                guard errno == EINVAL || errno == ENOENT else { throw .last }
                return current
            }
            let target = String(decoding: buffer.prefix(count), as: UTF8.self)
            if target.hasPrefix("/") {
                current = target
            } else {
                let directory = current.lastIndex(of: "/").map { String(current[...$0]) } ?? ""
                current = directory + target
            }
        }
        throw SystemCallError(ELOOP)
    }
}
