// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashLoader
import ObjectFiles

/// One job on a device: every access goes through here, is metered, journaled and can be cancelled.
final class FlashRun {
    let engine: any FlashEngine
    let geometry: FlashGeometry
    let trace: Trace
    let meter: ProgressMeter
    private let cancellation: Cancellation
    private let targetTimeBefore: Duration
    /// What has ended; ``changes`` are not in it.
    var journal: FlashJournal
    var blankDigests: [Int: FlashDigest] = [:]
    /// Bytes that one command to hash is about: progress waits as long.
    var digestPiece = 1 << 22
    /// Handed to the engine, oldest first.
    var changes: [FlashChange] = []
    var report: FlashReport
    var costs: EraseCosts
    var writeCosts: WriteCosts
    /// While true a cancellation waits: erased bytes of somebody else have to be put back first.
    var isRestoring = false
    /// Whether an erase was done and looked at.
    var hasProvenErase = false
    var hasProvenProgramming = false
    /// Whether probe, core or loader broke: then nothing can be put right.
    private(set) var isWayBroken = false
    /// What lies beside erased sectors, as it was before.
    var neighbours: [Sample] = []
    /// Erased with all that is to come back known for certain.
    var rewritten = AddressRangeSet()

    init(
        _ operation: FlashOperation, on engine: any FlashEngine, times: FlashTimes, timebase: any Timebase,
        trace: Trace, monitor: FlashMonitor
    ) {
        (self.engine, self.trace, geometry) = (engine, trace, engine.geometry)
        cancellation = monitor.cancellation
        meter = ProgressMeter(timebase: timebase, listener: monitor.progress)
        targetTimeBefore = engine.targetTime
        journal = FlashJournal(operation)
        report = FlashReport(operation: operation)
        report.warnings = geometry.warnings
        costs = EraseCosts(geometry, times)
        writeCosts = WriteCosts(
            times, pageSize: geometry.pageSize, linkRate: Self.typicalLinkRate,
            isQueued: engine.abilities.alternates)
    }

    func warn(_ warning: FlashWarning) {
        report.warnings.append(warning)
        trace(.warning, "\(warning)")
    }

    /// The report with all durations filled in.
    func finished() -> FlashReport {
        report.phases = meter.phases
        report.duration = meter.elapsed
        report.targetTime = engine.targetTime - targetTimeBefore
        report.verified = journal.verified
        return report
    }

    // MARK: Link

    /// Bytes per second of a middling probe.
    private static let typicalLinkRate = 400_000.0

    /// Bytes per second, measured once something was read.
    var linkRate: Double { meter.readRate ?? Self.typicalLinkRate }
    func transferTime(of bytes: Int) -> Duration { .seconds(Double(bytes) / linkRate) }

    // MARK: Protection

    /// Nothing is begun of which a part is known to be refused.
    func requireWritable(_ ranges: AddressRangeSet) throws(FlashError) {
        guard let protection = engine.protection else { return }
        let protected = Int(protection.addresses.lowerBound)..<Int(protection.addresses.upperBound)
        guard let area = AddressRange(protected), let first = ranges.intersection(area).first else { return }
        // What cannot be proven afterwards is not tried.
        guard engine.abilities.mayUnprotect, report.proof != .none else {
            throw .writeProtected(first, protection)
        }
        warn(.protectionLeftToLoader(first, status: protection.status))
    }

    /// Where the loader may end the flash's protection, an erase of what is protected comes before all others, and shows
    /// whether it does: until then nothing is lost.
    func tryProtected(_ erased: AddressRangeSet) throws(FlashError) {
        guard engine.abilities.mayUnprotect, let protection = engine.protection else { return }
        let protected = Int(protection.addresses.lowerBound)..<Int(protection.addresses.upperBound)
        // The first of all is proven anyway.
        guard let area = AddressRange(protected), let first = erased.ranges.first,
            !area.bounds.contains(first.bounds.lowerBound)
        else { return }
        let unit = erased.ranges.lazy.flatMap { [costs] in costs.units(in: $0) }
            .first { $0.intersection(area) != nil }
        guard let unit else { return }
        try eraseSectors(unit)
        try settle()
    }

    // MARK: What an error carries

    func aftermath(state: FlashRangeState? = nil) -> FlashAftermath {
        var journal = journal
        for change in changes { journal.starting(change.range) }
        return FlashAftermath(journal, state: state)
    }
    /// With a look at the hardware: every call said that it succeeded, and yet a proof failed.
    func aftermathOfProof() -> FlashAftermath { FlashAftermath(journal, findings: engine.findings()) }

    // MARK: Access

    var isStopping: Bool { !isRestoring && cancellation.isCancelled }

    func stopIfCancelled() throws(FlashError) {
        if isStopping { throw .cancelled(aftermath()) }
    }

    func poll() -> Bool {
        meter.tick()
        return isStopping
    }

    /// A command that changes nothing, once everything before it has ended.
    func perform(
        _ command: EngineCommand, _ operation: FlashOperation, _ phase: FlashPhase, _ range: AddressRange
    ) throws(FlashError) -> EngineResult {
        try settle()
        do {
            return try attempt(phase, bytes: range.count) { () throws(FlashEngineFailure) in
                if isStopping { throw .stopped(begun: false) }
                return try engine.execute(command, poll: poll)
            }
        } catch { throw self.error(for: error, operation, range) }
    }

    func attempt<Result>(
        _ phase: FlashPhase, bytes: Int, _ access: () throws(FlashEngineFailure) -> Result
    ) throws(FlashEngineFailure) -> Result {
        try meter.measure(phase, bytes: bytes, access)
    }

    /// `state` is what the range was found to hold after the failure.
    func error(
        for failure: FlashEngineFailure, _ operation: FlashOperation, _ range: AddressRange,
        state: FlashRangeState? = nil
    ) -> FlashError {
        switch failure {
        case .stopped: return .cancelled(aftermath())
        case .refused(let cause): return .device(operation, range, cause: cause, aftermath(state: state))
        case .failed(let cause):
            isWayBroken = true
            return .device(operation, range, cause: cause, aftermath())
        }
    }
}
