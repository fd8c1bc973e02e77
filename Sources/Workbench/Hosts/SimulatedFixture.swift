// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials
import SimulatedBench
import Synchronization
import USBTransport

/// The socket of a simulated slot: probe and board come and go as a person or a test wants.
///
/// The board in it stays the same one, with its own identity, until it leaves.
package final class SimulatedFixture: Sendable {
    struct State: Hashable {
        var isPlugged = true
        var hasBoard = true
        /// Which board it is; nil until a unit has begun on it.
        var board: Int64?
        /// What the boards that come in have, as behind the probe in `sim:`: `fault=bad-cell`; empty: nothing.
        var traits = ""
        /// Units that have begun: each has the faults of the cable that its configuration tells.
        var units = 0
    }
    private let state = Mutex(State())

    package init() {}

    /// The probe's cable is in.
    package var isPlugged: Bool {
        get { state.withLock { $0.isPlugged } }
        set { state.withLock { $0.isPlugged = newValue } }
    }
    /// A board is in the socket, and so supplied; one that is put in is another one than the last.
    package var hasBoard: Bool {
        get { state.withLock { $0.hasBoard } }
        set {
            state.withLock { state in
                state.hasBoard = newValue
                if !newValue { state.board = nil }
            }
        }
    }

    /// What the boards of the next units have, as behind the probe in `sim:`: `fault=bad-cell`; empty: nothing.
    package var traits: String {
        get { state.withLock { $0.traits } }
        set { state.withLock { $0.traits = newValue } }
    }

    /// A unit begins.
    ///
    /// Whoever asks for a unit has put the next board in before, as operators do; with `staysIn` nobody has. `board` is
    /// what tells a new one from all others.
    package func unitBegins(_ board: Int64, staysIn: Bool) {
        state.withLock { state in
            state.units += 1
            guard state.hasBoard, state.board == nil || !staysIn else { return }
            state.board = board
        }
    }

    var now: State { state.withLock { $0 } }
}

/// A simulated bench whose board and cable follow a fixture.
final class FixtureHost: ProbeHost {
    private let fixture: SimulatedFixture
    /// What the selector says after `sim:`.
    private let text: String
    private let paths: InstallationPaths
    /// Of the board that is in the socket.
    private var configuration: BenchConfiguration
    /// Every board gets an identity of its own, unless the configuration names one.
    private let hasFixedSeed: Bool
    private let bench: SimulatedBench
    private let host: SimulatedHost
    /// What the bench looks like.
    private var shown = SimulatedFixture.State()

    init(
        _ text: String, _ paths: InstallationPaths, in fixture: SimulatedFixture
    ) throws(WorkbenchError) {
        let (configuration, bench) = try doing("switching the simulated bench on") {
            () throws(BenchError) in
            let configuration = try SimulatedHost.configuration(text, paths)
            return (configuration, try SimulatedBench.open(configuration))
        }
        (self.fixture, self.text, self.paths) = (fixture, text, paths)
        (self.configuration, self.bench) = (configuration, bench)
        hasFixedSeed = text.split(separator: ",").contains { $0.hasPrefix("seed=") }
        host = SimulatedHost(bench)
    }

    var bus: any USBBus { bench.bus }
    var time: any Timebase { bench.time }
    var clock: Timing.Clock { host.clock }
    var link: Timing.Link? { host.link }
    var isSimulated: Bool { true }

    func prepare() throws(WorkbenchError) {
        let wanted = fixture.now
        if wanted.traits != shown.traits {
            let text = wanted.traits.isEmpty ? text : "\(text),\(wanted.traits)"
            configuration = try doing("exchanging the simulated board") { () throws(BenchError) in
                try SimulatedHost.configuration(text, paths)
            }
        }
        if wanted.hasBoard != shown.hasBoard || wanted.board != shown.board || wanted.traits != shown.traits {
            let board = board(wanted)
            try doing("exchanging the simulated board") { () throws(BenchError) in
                try bench.exchangeBoard(board)
            }
        }
        // A cable that a fault has pulled out is put back, as somebody would.
        if wanted.isPlugged, !bench.isPlugged { bench.replug() }
        if !wanted.isPlugged { bench.unplug() }
        if wanted.units != shown.units { renewFaults() }
        shown = wanted
    }

    func settle() throws(WorkbenchError) { try host.settle() }

    private func board(_ state: SimulatedFixture.State) -> BenchConfiguration {
        var board = configuration
        if let number = state.board, !hasFixedSeed { board.seed = UInt64(bitPattern: number) }
        // What leaves takes its flash with it.
        if !state.hasBoard { (board.targetIsPowered, board.stateDirectory) = (false, nil) }
        return board
    }

    /// The cable's faults count from the beginning of each unit.
    private func renewFaults() {
        let first = bench.usbTransferCount
        var plan = USBFaultPlan()
        for (ordinal, fault) in configuration.usbFaults.faults { plan.faults[first + ordinal] = fault }
        bench.usbFaults = plan
    }
}

extension WorkbenchClient {
    /// A job in a slot: on its thread, and in its socket where that is simulated.
    package init(
        request: BenchRequest, observer: Observer, cancellation: Cancellation, bench: Bench,
        fixture: SimulatedFixture
    ) {
        self.init(request: request, observer: observer, cancellation: cancellation, bench: bench) {
            request throws(WorkbenchError) in
            guard case .simulated(let text) = request.probe else { return try MachineHost() }
            return try FixtureHost(text, request.paths, in: fixture)
        }
    }
}
