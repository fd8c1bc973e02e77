// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

@preconcurrency import Dispatch
import Essentials
import Glibc
import Workbench

/// Turns Ctrl-C (and a polite kill) into a cancellation, so that the target is left in a defined state.
///
/// A second Ctrl-C ends the process at once.
final class InterruptWatch {
    private let sources: [any DispatchSourceSignal]

    init(cancellation: Cancellation, console: Console) {
        let queue = DispatchQueue(label: "extflash.signals")
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler {
                if cancellation.isCancelled {
                    console.raw("\n")
                    console.note("stopped at once: the target may be in the middle of an operation")
                    _exit(FailureClass.cancelled.rawValue)
                }
                cancellation.cancel()
                console.raw("\n")
                console.note("stopping after the current step; press Ctrl-C again to stop at once")
            }
            source.activate()
            return source
        }
    }

    func stop() {
        for source in sources { source.cancel() }
        signal(SIGINT, SIG_DFL)
        signal(SIGTERM, SIG_DFL)
    }
}
