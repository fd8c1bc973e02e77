// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation

/// Runs one probe's blocking work on one thread, in order: libusb blocks, the shared thread pool must not.
final class ProbeThread: SerialExecutor {
    private let queue = JobQueue()

    init(name: String) {
        let thread = Thread { [self] in
            while let job = queue.next() { job.runSynchronously(on: asUnownedSerialExecutor()) }
        }
        thread.name = name
        // Deep call chains of the simulator in debug builds; the default of 512 KiB is close.
        thread.stackSize = 8 << 20
        thread.start()
    }

    func enqueue(_ job: consuming ExecutorJob) { queue.append(UnownedJob(job)) }

    /// Lets the thread end once its queue is empty.
    func stop() { queue.stop() }
}
