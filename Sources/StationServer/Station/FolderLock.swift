// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Glibc

/// One station for one folder: held as long as the process lives, however it ends.
final class FolderLock: Sendable {
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

    deinit { close(file) }
}
