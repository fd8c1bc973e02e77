// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation

/// Runs one probe's blocking work on one thread, in order: libusb blocks, the shared thread pool must not.
final class ProbeThread: SerialExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var isStopped = false
    }
    private let condition = NSCondition()
    // Guarded by `condition`.
    nonisolated(unsafe) private var state = State()

    init(name: String) {
        let thread = Thread { [self] in drain() }
        thread.name = name
        // Deep call chains of the simulator in debug builds; the default of 512 KiB is close.
        thread.stackSize = 8 << 20
        thread.start()
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        condition.withLock {
            state.jobs.append(job)
            condition.signal()
        }
    }

    /// Lets the thread end once its queue is empty.
    func stop() {
        condition.withLock {
            state.isStopped = true
            condition.signal()
        }
    }

    private func drain() {
        while true {
            let next: UnownedJob? = condition.withLock {
                while state.jobs.isEmpty && !state.isStopped { condition.wait() }
                return state.jobs.isEmpty ? nil : state.jobs.removeFirst()
            }
            guard let next else { return }
            next.runSynchronously(on: asUnownedSerialExecutor())
        }
    }
}
