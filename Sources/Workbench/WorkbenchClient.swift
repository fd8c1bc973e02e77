// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// One job on one bench, from outside its thread: opens the stack, works, leaves the target as asked, closes.
package struct WorkbenchClient: Sendable {
    let request: BenchRequest
    let observer: Observer
    let cancellation: Cancellation
    private let bench: Bench

    package init(request: BenchRequest, observer: Observer, cancellation: Cancellation) {
        (self.request, self.observer, self.cancellation) = (request, observer, cancellation)
        bench = Bench(name: "extflash \(request.probe)")
    }

    /// Runs `work` on the bench's thread.
    func onBench<Result: Sendable>(
        _ work: @Sendable @escaping (JobContext) throws(WorkbenchError) -> Result
    ) async throws(WorkbenchError) -> Result {
        let context = JobContext(request: request, observer: observer, cancellation: cancellation)
        return try await bench.run { () throws(WorkbenchError) in try work(context) }
    }
}

/// What every job on a bench needs to know.
struct JobContext: Sendable {
    let request: BenchRequest
    let observer: Observer
    let cancellation: Cancellation

    /// The trace the synchronous layers write to.
    var trace: Trace {
        Trace(threshold: observer.threshold) { level, message, metadata in
            observer.trace(level, message, metadata.map { ($0.key, $0.value) })
        }
    }
}
