// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Glibc

/// Files of a few bytes, written at once.
enum SmallFile {
    /// False with errno set when it cannot be written.
    static func write(_ bytes: [UInt8], to path: String, creating: Bool = true) -> Bool {
        let flags = O_WRONLY | O_CLOEXEC | (creating ? O_CREAT | O_TRUNC : 0)
        let descriptor = open(path, flags, mode_t(0o644))
        guard descriptor >= 0 else { return false }
        let count = Glibc.write(descriptor, bytes, bytes.count)
        let reason = errno
        close(descriptor)
        errno = reason
        return count == bytes.count
    }

    /// The bytes of a file; nil with errno set when it cannot be read or has more than `limit` bytes.
    static func read(_ path: String, limit: Int) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count == 0 { return bytes }
            guard count > 0 else {
                if errno == EINTR { continue }
                return nil
            }
            guard bytes.count + count <= limit else {
                errno = EFBIG
                return nil
            }
            bytes += buffer[..<count]
        }
    }

    /// Makes a directory with those above it; false with errno set when one cannot be made.
    static func makeDirectory(_ path: String) -> Bool {
        var made = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            made += part + "/"
            if mkdir(made, 0o755) != 0, errno != EEXIST { return false }
        }
        return true
    }

    /// Entries of a directory in order of their names; nil with errno set when it cannot be read.
    static func entries(of path: String) -> [String]? {
        guard let directory = opendir(path) else { return nil }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Removes a directory with what is in it, links themselves included.
    static func remove(_ path: String) {
        var information = stat()
        guard lstat(path, &information) == 0 else { return }
        guard information.st_mode & S_IFMT == S_IFDIR else {
            unlink(path)
            return
        }
        for name in entries(of: path) ?? [] { remove("\(path)/\(name)") }
        rmdir(path)
    }
}
