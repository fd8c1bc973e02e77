// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Glibc

/// Where the kernel tells the state of this process's threads.
///
/// Dispatch counts by it which of its threads run, and ends the process when it cannot, at a moment nobody can foresee
/// (swift-corelibs-libdispatch, src/event/workqueue.c). A root directory made by hand may be without it.
package enum ThreadFolder {
    /// - Throws: ``StationError/noThreadFolder(path:detail:)``
    package static func check(_ path: String = "/proc/self/task") throws(StationError) {
        guard access(path, R_OK | X_OK) != 0 else { return }
        throw .noThreadFolder(path: path, detail: String(cString: strerror(errno)))
    }
}
