// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Synchronization
import Workbench

/// Runs asynchronous code on the thread that waits for it, which is the program's first.
///
/// The shared thread pool stays unused: libdispatch counts its threads by /proc/self/task, and ends the process where
/// /proc is not mounted.
final class MainThread: TaskExecutor {
    private let queue = JobQueue()
    private let code = Mutex<Int32>(0)

    func enqueue(_ job: consuming ExecutorJob) { queue.append(UnownedJob(job)) }

    /// - Returns: what `operation` gives, the exit code.
    static func run(_ operation: @escaping @Sendable () async -> Int32) -> Int32 {
        let thread = MainThread()
        Task(executorPreference: thread) {
            let code = await operation()
            thread.code.withLock { $0 = code }
            thread.queue.stop()
        }
        while let job = thread.queue.next() { job.runSynchronously(on: thread.asUnownedTaskExecutor()) }
        return thread.code.withLock { $0 }
    }
}
