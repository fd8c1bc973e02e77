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
    private let key: Int?

    init(cancellation: Cancellation, console: Console) {
        guard RunContext.current.takesSignals else {
            key = nil
            return
        }
        key = ProcessSignals.shared.add { number in
            if cancellation.isCancelled {
                console.raw("\n")
                console.note("stopped at once: the target may be in the middle of an operation")
                _exit(FailureClass.cancelled.rawValue)
            }
            cancellation.cancel()
            console.raw("\n")
            console.note(Self.words(for: number))
        }
    }

    private static func words(for number: Int32) -> String {
        switch number {
        case SIGINT: "stopping after the current step; press Ctrl-C again to stop at once"
        case SIGHUP: "the terminal was closed (SIGHUP): stopping after the current step"
        default: "asked to end (SIGTERM): stopping after the current step; a second time stops at once"
        }
    }

    func stop() { if let key { ProcessSignals.shared.remove(key) } }
}
