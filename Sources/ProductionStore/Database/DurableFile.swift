// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Glibc

/// Files that are whole and on the disk, or not there.
enum DurableFile {
    /// Makes a new file; fails when there is one.
    static func create(_ path: String, contents: [UInt8], mode: mode_t) throws(StoreError) {
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard file >= 0 else { throw failure(path, errno) }
        var problem = write(contents, to: file)
        if problem == 0, fsync(file) != 0 { problem = errno }
        close(file)
        guard problem == 0 else {
            unlink(path)
            throw failure(path, problem)
        }
        try syncFolder(of: path)
    }

    /// Puts `contents` in the place of what is there, at one moment.
    static func replace(_ path: String, contents: [UInt8], mode: mode_t = 0o640) throws(StoreError) {
        let temporary = path + ".new"
        unlink(temporary)
        try create(temporary, contents: contents, mode: mode)
        guard rename(temporary, path) == 0 else {
            let problem = errno
            unlink(temporary)
            throw failure(path, problem)
        }
        try syncFolder(of: path)
    }

    /// A new name is on the disk when its folder is.
    static func syncFolder(of path: String) throws(StoreError) {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard file >= 0 else { throw failure(folder, errno) }
        defer { close(file) }
        guard fsync(file) == 0 else { throw failure(folder, errno) }
    }

    /// 0, or the error of the system.
    private static func write(_ bytes: [UInt8], to file: Int32) -> Int32 {
        bytes.withUnsafeBytes { buffer in
            var written = 0
            while written < buffer.count {
                let count = Glibc.write(
                    file, buffer.baseAddress?.advanced(by: written), buffer.count - written)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return errno }
                written += count
            }
            return 0
        }
    }

    static func failure(_ path: String, _ number: Int32) -> StoreError {
        number == ENOSPC || number == EDQUOT
            ? .diskFull(path: path) : .file(path: path, detail: String(cString: strerror(number)))
    }
}
