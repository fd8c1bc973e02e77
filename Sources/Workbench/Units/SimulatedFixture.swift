// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials
import SimulatedBench
import Synchronization

/// The socket of a simulated slot: probe and board come and go as a person or a test wants.
package final class SimulatedFixture: Sendable {
    private struct State {
        var isPlugged = true
        var hasBoard = true
    }
    private let state = Mutex(State())

    package init() {}

    /// The probe's cable is in.
    package var isPlugged: Bool {
        get { state.withLock { $0.isPlugged } }
        set { state.withLock { $0.isPlugged = newValue } }
    }
    /// A board is in the socket, and so supplied.
    package var hasBoard: Bool {
        get { state.withLock { $0.hasBoard } }
        set { state.withLock { $0.hasBoard = newValue } }
    }

    /// A bench as the socket is now.
    func bench(_ configuration: BenchConfiguration) throws(BenchError) -> SimulatedBench {
        var configuration = configuration
        let state = state.withLock { $0 }
        if !state.hasBoard { configuration.targetIsPowered = false }
        let bench = try SimulatedBench.open(configuration)
        if !state.isPlugged { bench.unplug() }
        return bench
    }
}

extension WorkbenchClient {
    /// A job in a slot: on its thread, and in its socket where that is simulated.
    package init(
        request: BenchRequest, observer: Observer, cancellation: Cancellation, bench: Bench,
        fixture: SimulatedFixture
    ) {
        self.init(request: request, observer: observer, cancellation: cancellation, bench: bench) {
            configuration throws(BenchError) in try fixture.bench(configuration)
        }
    }
}
