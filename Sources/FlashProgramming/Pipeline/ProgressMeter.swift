// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// Adds up what each phase has done and how long it took, and tells the caller.
final class ProgressMeter {
    private struct Tally {
        var total = 0, done = 0
        var duration = Duration.zero
        var estimate = Duration.zero
    }

    /// At most this often while an operation runs.
    private static let interval = Duration.milliseconds(50)
    /// Shorter reads say more about the latency of the link than about its rate.
    private static let bulkSize = 2048

    private let timebase: any Timebase
    private let listener: (FlashProgress) -> Void
    private let start: Duration
    /// Indexed like `FlashPhase.allCases`.
    private var tallies = [Tally](repeating: Tally(), count: FlashPhase.allCases.count)
    private var running: (phase: FlashPhase, since: Duration)?
    private var lastTold: Duration?
    private var bulk: (bytes: Int, time: Duration) = (0, .zero)

    init(timebase: any Timebase, listener: @escaping (FlashProgress) -> Void) {
        (self.timebase, self.listener) = (timebase, listener)
        start = timebase.now
    }

    var elapsed: Duration { timebase.now - start }

    /// Bytes per second of the reads so far that were long enough to tell.
    var readRate: Double? {
        bulk.time > .zero ? Double(bulk.bytes) / bulk.time.seconds : nil
    }

    /// Announces work, so that estimates know about it; may be called again for more of the same.
    func expect(_ phase: FlashPhase, bytes: Int, taking estimate: Duration) {
        self[phase].total += bytes
        self[phase].estimate += estimate
    }
    /// Takes back announced work that turned out not to be needed.
    func drop(_ phase: FlashPhase, bytes: Int) {
        let left = max(self[phase].done, self[phase].total - bytes)
        if self[phase].total > 0 {
            self[phase].estimate = self[phase].estimate * (Double(left) / Double(self[phase].total))
        }
        self[phase].total = left
    }

    /// Runs one operation of a phase; its bytes count when it succeeds, its time in any case.
    func measure<Result, Failure: Error>(
        _ phase: FlashPhase, bytes: Int, _ operation: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        running = (phase, timebase.now)
        if self[phase].done == 0 { tell(phase) }
        defer {
            if let running { self[phase].duration += timebase.now - running.since }
            running = nil
        }
        let result = try operation()
        self[phase].done += bytes
        self[phase].total = max(self[phase].total, self[phase].done)
        if let running {
            let time = timebase.now - running.since
            self[phase].duration += time
            if phase.isReading, bytes >= Self.bulkSize {
                bulk = (bulk.bytes + bytes, bulk.time + time)
            }
        }
        running = nil
        if self[phase].done == self[phase].total { tell(phase) } else { tellNowAndThen(phase) }
        return result
    }

    /// To be called while an operation runs.
    func tick() {
        if let running { tellNowAndThen(running.phase) }
    }

    /// The phases that took part.
    var phases: [FlashReport.Phase] {
        zip(FlashPhase.allCases, tallies).filter { $1.done > 0 || $1.duration > .zero }
            .map { FlashReport.Phase(phase: $0, bytes: $1.done, duration: $1.duration) }
    }

    private func tellNowAndThen(_ phase: FlashPhase) {
        if let lastTold, timebase.now - lastTold < Self.interval { return }
        tell(phase)
    }

    private func tell(_ phase: FlashPhase) {
        lastTold = timebase.now
        let tally = self[phase]
        listener(
            FlashProgress(
                phase: phase, done: tally.done, total: tally.total, phaseElapsed: spent(in: phase),
                elapsed: elapsed, rate: rate(phase), phaseRemaining: remaining(phase)))
    }

    private func remaining(_ phase: FlashPhase) -> Duration {
        let tally = self[phase]
        let left = tally.total - tally.done
        guard left > 0 else { return .zero }
        if let rate = rate(phase) { return .seconds(Double(left) / rate) }
        // A phase that reads goes as fast as one that has read.
        if phase.isReading,
            let sibling = FlashPhase.allCases.first(where: { $0.isReading && rate($0) != nil }),
            let rate = rate(sibling)
        {
            return .seconds(Double(left) / rate)
        }
        return max(.zero, tally.estimate - spent(in: phase))
    }

    private func rate(_ phase: FlashPhase) -> Double? {
        let tally = self[phase]
        guard tally.done > 0, tally.duration > .zero else { return nil }
        return Double(tally.done) / tally.duration.seconds
    }

    private func spent(in phase: FlashPhase) -> Duration {
        guard let running, running.phase == phase else { return self[phase].duration }
        return self[phase].duration + (timebase.now - running.since)
    }

    private subscript(phase: FlashPhase) -> Tally {
        get { tallies[Self.index(phase)] }
        set { tallies[Self.index(phase)] = newValue }
    }
    private static func index(_ phase: FlashPhase) -> Int {
        switch phase {
        case .survey: 0
        case .erase: 1
        case .program: 2
        case .verify: 3
        case .read: 4
        }
    }
}
