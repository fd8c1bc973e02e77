// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation

/// Jobs of Swift's concurrency for one thread, first come, first served.
package final class JobQueue: Sendable {
    private struct State {
        var jobs: [UnownedJob] = []
        var isStopped = false
    }
    private let condition = NSCondition()
    // Guarded by `condition`.
    nonisolated(unsafe) private var state = State()

    package init() {}

    package func append(_ job: UnownedJob) {
        condition.withLock {
            state.jobs.append(job)
            condition.signal()
        }
    }

    /// Lets ``next()`` give nil once the queue is empty.
    package func stop() {
        condition.withLock {
            state.isStopped = true
            condition.signal()
        }
    }

    /// Waits for a job; nil when there will be none.
    package func next() -> UnownedJob? {
        condition.withLock {
            while state.jobs.isEmpty && !state.isStopped { condition.wait() }
            return state.jobs.isEmpty ? nil : state.jobs.removeFirst()
        }
    }
}
