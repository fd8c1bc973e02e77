// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Glibc
import Workbench

/// Turns Ctrl-C, a polite kill and the end of the terminal (SIGHUP) into a cancellation, so that the target is left in a
/// defined state.
///
/// A second signal ends the process at once.
final class InterruptWatch {
    private let key: Int

    init(cancellation: Cancellation, console: Console) {
        key = ProcessSignals.shared.add {
            if cancellation.isCancelled {
                console.raw("\n")
                console.note("stopped at once: the target may be in the middle of an operation")
                _exit(FailureClass.cancelled.rawValue)
            }
            cancellation.cancel()
            console.raw("\n")
            console.note("stopping after the current step; press Ctrl-C again to stop at once")
        }
    }

    func stop() { ProcessSignals.shared.remove(key) }
}
