// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// The asynchronous door to one synchronous probe stack.
///
/// Everything behind it runs on the bench's own thread, one job at a time; a job that runs is stopped through its
/// ``Cancellation``, never by leaving it.
package actor Bench {
    private let thread: ProbeThread
    private let keepsProbe: Bool
    private let keeper = ProbeKeeper()

    package nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    /// With `keepsProbe` the probe stays open between jobs, until ``letGo()``.
    package init(name: String, keepsProbe: Bool = false) {
        thread = ProbeThread(name: name)
        self.keepsProbe = keepsProbe
    }

    /// Runs `work` to completion before any other job of this bench.
    func run<Result: Sendable>(
        _ work: @Sendable (ProbeKeeper) throws(WorkbenchError) -> Result
    ) throws(WorkbenchError) -> Result {
        defer { if !keepsProbe { keeper.letGo() } }
        return try work(keeper)
    }

    /// Gives the probe back, so that another program may use it; the next job opens it again.
    package func letGo() { keeper.letGo() }

    /// Probes that were opened for the jobs so far.
    package var openings: Int { keeper.openings }

    /// Runs what blocks and tells its own failures.
    package func perform<Result: Sendable>(_ work: @Sendable () -> Result) -> Result { work() }

    deinit { thread.stop() }
}
