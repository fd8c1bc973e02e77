// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Whose `stat` the compiler takes for Glibc's depends on the files that it compiles together.
import CDispatch
import Dispatch
import Glibc

enum OpenFile {
    /// Device and inode of an open file, as systemd writes them in JOURNAL_STREAM (systemd.exec(5)); nil if it is closed.
    static func identity(_ descriptor: Int32) -> String? {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? "\(status.st_dev):\(status.st_ino)" : nil
    }
}
