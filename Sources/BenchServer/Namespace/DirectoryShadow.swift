// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CLinuxShim
import Glibc

/// Makes room for directories where none can be made: in `/sys`, and in a `/dev` that belongs to somebody else.
///
/// Only for the mount namespace this process is in.
enum DirectoryShadow {
    /// Puts an empty directory at `path`, hiding what was there.
    ///
    /// Where nothing was, the nearest directory above is covered by a copy of itself that can be written to.
    static func provide(_ path: String) throws(BenchServerError) {
        if isDirectory(path) { return try cover(path) }
        var above = path
        while !isDirectory(above) { above = String(above[..<(above.lastIndex(of: "/") ?? above.startIndex)]) }
        try open(above)
        try PrivateNamespace.step("making \(path)") { SmallFile.makeDirectory(path) ? 0 : -1 }
    }

    /// Covers a directory with one that has the same entries and can be written to.
    static func open(_ path: String) throws(BenchServerError) {
        let names = SmallFile.entries(of: path) ?? []
        let below = shim_open_path(path)
        guard below >= 0 else {
            throw .notAllowed(step: "opening \(path)", detail: BenchServerError.lastDetail)
        }
        defer { close(below) }
        try cover(path)
        for name in names { try bind("/proc/self/fd/\(below)/\(name)", to: "\(path)/\(name)") }
    }

    private static func isDirectory(_ path: String) -> Bool {
        var information = stat()
        return path.isEmpty || stat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFDIR
    }
    private static func cover(_ path: String) throws(BenchServerError) {
        try PrivateNamespace.step("mounting a tmpfs on \(path)") {
            mount("extflash", path, "tmpfs", 0, "mode=755,size=4m")
        }
    }

    /// Shows `source` at `target`; links are made anew, and what may not even be looked at is left out.
    private static func bind(_ source: String, to target: String) throws(BenchServerError) {
        var information = stat()
        guard lstat(source, &information) == 0 else { return }
        switch information.st_mode & S_IFMT {
        case S_IFLNK:
            var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
            let count = readlink(source, &buffer, buffer.count - 1)
            guard count > 0 else { return }
            try PrivateNamespace.step("linking \(target)") { symlink(buffer, target) }
        case S_IFDIR:
            try PrivateNamespace.step("making \(target)") { mkdir(target, 0o755) }
            try bindMount(source, target)
        default:
            try PrivateNamespace.step("making \(target)") { SmallFile.write([], to: target) ? 0 : -1 }
            try bindMount(source, target)
        }
    }
    private static func bindMount(_ source: String, _ target: String) throws(BenchServerError) {
        try PrivateNamespace.step("binding \(target)") {
            mount(source, target, nil, UInt(MS_BIND) | UInt(MS_REC), nil)
        }
    }
}
