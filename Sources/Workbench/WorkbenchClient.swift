// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials
package import SimulatedBench

/// One job on one bench, from outside its thread: opens the stack, works, leaves the target as asked, closes.
package struct WorkbenchClient: Sendable {
    let request: BenchRequest
    let observer: Observer
    let cancellation: Cancellation
    private let simulator: Simulator
    private let bench: Bench

    /// Hands out the simulated bench that a selector asks for, on the bench's thread.
    package typealias Simulator = @Sendable (BenchConfiguration) throws(BenchError) -> SimulatedBench

    /// `simulator` may hand out a bench that is switched on already, so that several jobs find the same board; jobs of one
    /// `bench` share its thread.
    package init(
        request: BenchRequest, observer: Observer, cancellation: Cancellation, bench: Bench? = nil,
        simulator: @escaping Simulator = { configuration throws(BenchError) in
            try SimulatedBench.open(configuration)
        }
    ) {
        (self.request, self.observer, self.cancellation) = (request, observer, cancellation)
        self.simulator = simulator
        self.bench = bench ?? Bench(name: "extflash \(request.probe)")
    }

    /// Runs `work` on the bench's thread.
    func onBench<Result: Sendable>(
        _ work: @Sendable @escaping (JobContext) throws(WorkbenchError) -> Result
    ) async throws(WorkbenchError) -> Result {
        let context = JobContext(
            request: request, observer: observer, cancellation: cancellation, simulator: simulator)
        return try await bench.run { () throws(WorkbenchError) in try work(context) }
    }
}

/// What every job on a bench needs to know.
struct JobContext: Sendable {
    var request: BenchRequest
    let observer: Observer
    let cancellation: Cancellation
    let simulator: WorkbenchClient.Simulator

    /// The trace the synchronous layers write to.
    var trace: Trace {
        Trace(threshold: observer.threshold) { level, message, metadata in
            observer.trace(level, message, metadata.map { ($0.key, $0.value) })
        }
    }
}
