// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CortexM
import DebugAccess
import DebugProbe
import Essentials
import HardwareDescription

extension BringUp {
    /// No probe goes below; a driver that says so all the same must not keep us searching.
    private static let lowestClock = Hertz.kilohertz(1)
    /// DPIDR reads that decide whether a failure was the wire's.
    private static let lineProofReads = 400
    /// Bytes of one proof: some ten thousand bits of every kind in both directions.
    ///
    /// The smaller one, for slow clocks, still finds a wire that loses one transfer in 200.
    private static let proofSize = 4096, smallProofSize = 1024

    /// What every candidate takes, or less where less was asked for.
    var connectClock: Hertz {
        let safe = candidates.map(\.debugClock.connect).min() ?? .megahertz(1)
        return min(options.clock ?? safe, safe)
    }
    /// The clock to attach with.
    var attachClock: Hertz { loweredClock ?? connectClock }

    /// Attaches at the connect clock, then at lower and lower ones while the wire is what fails.
    ///
    /// - Throws: the failure at the connect clock, when no clock helps.
    func attachSlowingDown(_ mode: ConnectMode) throws(TargetError) -> HeldTarget {
        loweredClock = nil
        let untouched = report
        var first: TargetError?
        while true {
            do { return try attach(mode) } catch {
                guard error.isLineFailure, !lineIsReliable(), let slower = slowerClock(than: attachClock)
                else { throw first ?? error }
                trace(.step, "attaching again with a lower SWD clock", ["clock": "\(slower)"])
                first = first ?? error
                (report, loweredClock) = (untouched, slower)
            }
        }
    }

    /// Finds the fastest clock that is reliable on this cable.
    ///
    /// Which that is depends on probe, cable and board; only trying tells. Each candidate must carry random data to RAM
    /// and back; the first that fails is left for the next below, down to the slowest the probe has. Where RAM may not be
    /// touched the clock that attached stays.
    func settleClock(_ target: HeldTarget) throws(TargetError) {
        guard options.preparesForCalls else {
            return noteClock(refused: loweredClock.map { _ in connectClock })
        }
        var wanted = fastestClock(target.definition)
        var refused: Hertz?
        while true {
            let actual = try probing(.debugClock) { () throws(ProbeError) in try probe.setClock(wanted) }
            let failure: ProofFailure
            switch try proof(target, at: actual) {
            case .success:
                trace(.step, "SWD clock", ["settled at": "\(actual)"])
                return noteClock(refused: refused)
            case .failure(let found): failure = found
            }
            refused = refused ?? actual
            wanted = try reconnect(below: actual, after: failure.cause)
        }
    }

    /// What target, probe and user allow.
    private func fastestClock(_ definition: TargetDefinition) -> Hertz {
        let limits = [definition.debugClock.maximum, probe.description.clockLimit, options.clock]
        return limits.compactMap { $0 }.min() ?? definition.debugClock.maximum
    }

    /// Writes down the clock in use, and what a person should know about it.
    func noteClock(refused: Hertz? = nil) {
        let actual = probe.clock
        report.clock = actual
        if let refused {
            trace(
                .warning, "SWD is not reliable at this clock on this cable",
                ["clock": "\(refused)", "using": "\(actual)"])
            let isSlow = actual < connectClock
            if isSlow {
                trace(
                    .warning, "SWD is slow on this cable: use a shorter one, check its ground",
                    ["clock": "\(actual)"])
            }
            let cost =
                isSlow ? "; transfers are slow: use a shorter cable, check its ground" : ""
            report.notes.append("SWD is not reliable at \(refused) on this cable; using \(actual)\(cost)")
        }
        guard let asked = options.clock, refused == nil else { return }
        if actual > asked {
            trace(
                .warning, "the probe has no SWD clock this slow", ["asked": "\(asked)", "using": "\(actual)"])
            report.notes.append("the probe has no SWD clock as slow as \(asked); using \(actual)")
        } else if let limit = candidates.map(\.debugClock.maximum).max(), asked > limit {
            trace(
                .warning, "the target allows no SWD clock this fast",
                ["asked": "\(asked)", "using": "\(actual)"])
            report.notes.append("the target allows no SWD clock as fast as \(asked); using \(actual)")
        }
    }
}

/// Why a clock is not good enough; no cause where data came back altered.
private struct ProofFailure: Error {
    var cause: DebugAccessError?
}

extension BringUp {
    /// Whether data goes to RAM and back whole, twice over.
    ///
    /// - Throws: what says nothing about the wire, since the probe itself did not get its commands.
    private func proof(
        _ target: HeldTarget, at clock: Hertz
    ) throws(TargetError) -> Result<Void, ProofFailure> {
        let size = clock < .kilohertz(100) ? Self.smallProofSize : Self.proofSize
        // What went well only when repeated does not count.
        let failures = port.lineFailures
        let place = target.definition.loaderRAM.lowerBound
        var generator = SeededGenerator(seed: UInt64(clock.rawValue))
        for _ in 0..<2 {
            let pattern = generator.bytes(size)
            do {
                try target.memory.write(pattern, at: place)
                let found = try target.memory.read(size, at: place)
                guard found == pattern, port.lineFailures == failures else { return .failure(ProofFailure()) }
            } catch {
                guard !error.isCableFailure else { throw .access(error, during: .debugClock) }
                trace(.debug, "SWD clock proof failed", ["clock": "\(clock)", "error": error.summary])
                return .failure(ProofFailure(cause: error))
            }
        }
        return .success(())
    }

    /// Connects with the next lower clock at which a debug port answers.
    private func reconnect(
        below clock: Hertz, after failure: DebugAccessError?
    ) throws(TargetError) -> Hertz {
        var (clock, failure) = (clock, failure)
        while let slower = slowerClock(than: clock) {
            do {
                try port.connect(clock: slower)
                return slower
            } catch {
                guard error.isLineFailure else { throw .access(error, during: .debugClock) }
                (clock, failure) = (slower, error)
            }
        }
        throw .noReliableClock(slowest: clock, failure)
    }

    /// Sets the next lower clock of the probe's table, or half where it takes any; nil when the probe has nothing lower.
    private func slowerClock(than clock: Hertz) -> Hertz? {
        let actual: Hertz
        do {
            let next = try probe.setClock(Hertz(clock.rawValue - 1))
            let isClose = next < clock && clock.rawValue - next.rawValue < clock.rawValue / 4
            actual = isClose ? try probe.setClock(Hertz(clock.rawValue / 2)) : next
        } catch {
            // The failure that asked for a slower clock is what the user must know.
            trace(.warning, "the SWD clock cannot be lowered", ["error": error.summary])
            return nil
        }
        return actual < clock && actual >= Self.lowestClock ? actual : nil
    }

    /// Whether a debug port answers the same thing many times in a row.
    ///
    /// Then a failure was the target's: its firmware switched the pins off, or something reset it.
    private func lineIsReliable() -> Bool {
        do throws(DebugAccessError) { try port.connect(clock: attachClock) } catch {
            return !error.isLineFailure
        }
        do throws(ProbeError) {
            let reads = [DAPOperation.readRepeated(.debugPort(0), count: Self.lineProofReads)]
            return try probe.execute(reads).allSatisfy { $0 == port.identification?.rawValue }
        } catch { return !error.isLineFailure }
    }
}

extension TargetError {
    fileprivate var isLineFailure: Bool {
        switch self {
        case .access(let error, _), .core(.access(let error, _, _), _): error.isLineFailure
        case .probe(let error, _): error.isLineFailure
        default: false
        }
    }
}
