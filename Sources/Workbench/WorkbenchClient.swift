// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// One job on one bench, from outside its thread: opens the stack, works, leaves the target as asked, closes.
package struct WorkbenchClient: Sendable {
    let request: BenchRequest
    let observer: Observer
    let cancellation: Cancellation
    private let openHost: HostOpening
    private let bench: Bench

    /// Opens what a request's probe is plugged into, on the bench's thread.
    package typealias HostOpening = @Sendable (BenchRequest) throws(WorkbenchError) -> any ProbeHost

    /// Jobs of one `bench` share its thread, and its probe if it keeps one.
    package init(
        request: BenchRequest, observer: Observer, cancellation: Cancellation, bench: Bench? = nil,
        host: @escaping HostOpening = WorkbenchClient.openHost
    ) {
        (self.request, self.observer, self.cancellation) = (request, observer, cancellation)
        openHost = host
        self.bench = bench ?? Bench(name: "extflash \(request.probe)")
    }

    /// This machine's USB, or the simulated bench that is asked for.
    package static let openHost: HostOpening = { request throws(WorkbenchError) in
        guard case .simulated(let text) = request.probe else { return try MachineHost() }
        return try SimulatedHost(text, request.paths)
    }

    /// Runs `work` on the bench's thread.
    func onBench<Result: Sendable>(
        _ work: @Sendable @escaping (JobContext) throws(WorkbenchError) -> Result
    ) async throws(WorkbenchError) -> Result {
        try await bench.run { keeper throws(WorkbenchError) in
            try work(
                JobContext(
                    request: request, observer: observer, cancellation: cancellation, keeper: keeper,
                    openHost: openHost))
        }
    }
}

/// What every job on a bench needs to know; it stays on the bench's thread.
struct JobContext {
    var request: BenchRequest
    let observer: Observer
    let cancellation: Cancellation
    let keeper: ProbeKeeper
    let openHost: WorkbenchClient.HostOpening

    /// The trace the synchronous layers write to.
    var trace: Trace {
        let observer = observer
        return Trace(threshold: observer.threshold) { level, message, metadata in
            observer.trace(level, message, metadata.map { ($0.key, $0.value) })
        }
    }
}
