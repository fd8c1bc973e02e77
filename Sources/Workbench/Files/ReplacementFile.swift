// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CLinuxShim
import Glibc

/// A new file in the directory of another, which it replaces in one step once it is complete.
///
/// Until then it has no name (O_TMPFILE), so that nothing is left when the process is killed; where the file system
/// cannot do that, or /proc is not there to give it a name by, its name begins with `.extflash-` and goes when this value
/// does.
final class ReplacementFile {
    let descriptor: Int32
    private let target: String
    private let directory: String
    private let descriptors: String
    /// Nil as long as the file has none.
    private var name: String?

    /// With mode and owner of the file that `status` describes; nil for those of a new file.
    ///
    /// `descriptors` is the directory with a link for every open descriptor (proc_pid_fd(5)).
    init(
        of target: String, like status: stat?, descriptors: String = "/proc/self/fd"
    ) throws(SystemCallError) {
        guard let last = target.split(separator: "/", omittingEmptySubsequences: false).last, !last.isEmpty,
            last != ".", last != ".."
        else { throw SystemCallError(EISDIR) }
        let directory = target.contains("/") ? String(target.dropLast(last.count)) : "./"
        (self.target, self.directory, self.descriptors) = (target, directory, descriptors)
        if let nameless = Self.openNameless(in: directory, descriptors) {
            (descriptor, name) = (nameless, nil)
        } else {
            let name = Self.freshName()
            descriptor = try uninterrupted {
                open(directory + name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
            }
            self.name = name
        }
        if let status {
            try keep(status)
        }
    }

    deinit {
        if let name { unlink(directory + name) }
        close(descriptor)
    }

    /// Nil where such a file cannot be made, or could not be given a name.
    private static func openNameless(in directory: String, _ descriptors: String) -> Int32? {
        let descriptor = shim_open_nameless(directory, 0o666)
        guard descriptor >= 0 else { return nil }
        guard access("\(descriptors)/\(descriptor)", F_OK) == 0 else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    private func keep(_ status: stat) throws(SystemCallError) {
        var own = stat()
        _ = try uninterrupted { fstat(descriptor, &own) }
        if own.st_uid != status.st_uid || own.st_gid != status.st_gid {
            _ = try uninterrupted { fchown(descriptor, status.st_uid, status.st_gid) }
        }
        _ = try uninterrupted { fchmod(descriptor, status.st_mode & 0o7777) }
    }

    func fill(_ bytes: [UInt8]) throws(SystemCallError) {
        try OutputFile.overwrite(descriptor, with: bytes)
    }

    /// Gives it the name of the file it replaces.
    func takePlace() throws(SystemCallError) {
        let current: String
        if let name {
            current = name
        } else {
            let fresh = Self.freshName()
            _ = try uninterrupted {
                linkat(
                    AT_FDCWD, "\(descriptors)/\(descriptor)", AT_FDCWD, directory + fresh, AT_SYMLINK_FOLLOW)
            }
            name = fresh
            current = fresh
        }
        _ = try uninterrupted { rename(directory + current, target) }
        name = nil
    }

    private static func freshName() -> String {
        var generator = SystemRandomNumberGenerator()
        return ".extflash-" + String(UInt64.random(in: 0...UInt64.max, using: &generator), radix: 36)
    }
}
