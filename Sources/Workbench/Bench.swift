// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// The asynchronous door to one synchronous probe stack.
///
/// Everything behind it runs on the bench's own thread, one job at a time; a job that runs is stopped through its
/// ``Cancellation``, never by leaving it.
package actor Bench {
    private let thread: ProbeThread

    package nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    package init(name: String) { thread = ProbeThread(name: name) }

    /// Runs `work` to completion before any other job of this bench.
    package func run<Result: Sendable>(
        _ work: @Sendable () throws(WorkbenchError) -> Result
    ) throws(WorkbenchError) -> Result {
        try work()
    }

    deinit { thread.stop() }
}
