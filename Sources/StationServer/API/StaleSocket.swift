// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Whose `stat` the compiler takes for Glibc's depends on the files that it compiles together.
import Dispatch
import Glibc

enum StaleSocket {
    /// Removes what a station that was killed has left; a file that is no socket is none of ours.
    static func remove(_ path: String) throws(StationError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw .cannotListen(on: path, detail: "there is a file that is no socket")
        }
        unlink(path)
    }
}
