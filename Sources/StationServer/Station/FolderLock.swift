// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Glibc

/// One station for one folder: held as long as the process lives, however it ends.
package final class FolderLock: Sendable {
    /// Negative where nothing needs to be held.
    private let file: Int32

    init(_ folder: String) throws(StationError) {
        let path = folder + "/station.lock"
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else {
            throw .fileUnusable(path: path, detail: String(cString: strerror(errno)))
        }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            close(file)
            throw .folderInUse(folder)
        }
        self.file = file
    }

    /// For somebody who looks into the folder of a station that does not run; others may look as well.
    package init(reading folder: String) throws(StationError) {
        let path = folder + "/station.lock"
        file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else {
            // No station has begun in a copy without it.
            if errno == ENOENT { return }
            throw .fileUnusable(path: path, detail: String(cString: strerror(errno)))
        }
        guard flock(file, LOCK_SH | LOCK_NB) == 0 else { throw .folderInUse(folder) }
    }

    deinit { if file >= 0 { close(file) } }
}
