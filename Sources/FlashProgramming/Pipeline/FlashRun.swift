// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import ObjectFiles

/// One job on a device: every access goes through here, is metered, journaled and can be cancelled.
final class FlashRun {
    let device: any FlashDevice
    let geometry: FlashGeometry
    let trace: Trace
    let meter: ProgressMeter
    private let cancellation: Cancellation
    private let targetTimeBefore: Duration
    private(set) var journal: FlashJournal
    var report: FlashReport
    /// While true a cancellation waits: erased bytes of somebody else have to be put back first.
    private var isRestoring = false
    private var hasProvenErase = false
    private var hasProvenProgramming = false

    /// An erase call covers about this much typical time, so that a journal and a progress line stay precise.
    private static let eraseBatch = Duration.seconds(2)
    /// Enough of a sector to see that an erase or a write had no effect.
    private static let sample = 4096

    init(
        _ operation: FlashOperation, on device: any FlashDevice, timebase: any Timebase, trace: Trace,
        monitor: FlashMonitor
    ) {
        (self.device, self.trace, geometry) = (device, trace, device.geometry)
        cancellation = monitor.cancellation
        meter = ProgressMeter(timebase: timebase, listener: monitor.progress)
        targetTimeBefore = device.targetTime
        journal = FlashJournal(operation)
        report = FlashReport(operation: operation)
        report.warnings = geometry.warnings
    }

    func warn(_ warning: FlashWarning) {
        report.warnings.append(warning)
        trace(.warning, "flash warning", ["warning": "\(warning)"])
    }

    /// The report with all durations filled in.
    func finished() -> FlashReport {
        report.phases = meter.phases
        report.duration = meter.elapsed
        report.targetTime = device.targetTime - targetTimeBefore
        report.verified = journal.verified
        return report
    }

    // MARK: Reading

    func read(_ range: AddressRange, _ phase: FlashPhase) throws(FlashError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(range.count)
        try readPieces(of: range, phase) { _, piece in bytes += piece }
        return bytes
    }

    /// Hands over the range in pieces of a size the device likes.
    func readPieces(
        of range: AddressRange, _ phase: FlashPhase,
        _ take: (AddressRange, [UInt8]) throws(FlashError) -> Void
    ) throws(FlashError) {
        for piece in range.pieces(of: device.readLimit, alignedTo: geometry.pageSize) {
            let bytes = try perform(.read, phase, piece) { () throws(FlashDeviceFailure) in
                try device.read(piece)
            }
            guard bytes.count == piece.count else { throw .wrongCount(piece, got: bytes.count, aftermath()) }
            try take(piece, bytes)
        }
    }

    func sha256(of range: AddressRange, _ phase: FlashPhase) throws(FlashError) -> SHA256.Digest {
        try perform(.hash, phase, range) { () throws(FlashDeviceFailure) in
            try device.sha256(of: range, poll: poll)
        }
    }

    // MARK: Changing

    func massErase() throws(FlashError) {
        trace(.step, "erasing the chip")
        try eraseRepeatingOnce(geometry.readableRange, .massErase) { () throws(FlashDeviceFailure) in
            try device.massErase(poll: poll)
        }
        report.massErased = true
    }

    func erase(_ range: AddressRange, times: FlashTimes) throws(FlashError) {
        trace(.step, "erasing", ["range": "\(range)"])
        var batch: AddressRange?
        var cost = Duration.zero
        for sector in geometry.sectors(touching: range) {
            if let waiting = batch, cost >= Self.eraseBatch {
                try eraseSectors(waiting)
                (batch, cost) = (nil, .zero)
            }
            batch = AddressRange((batch ?? sector).bounds.lowerBound..<sector.bounds.upperBound)
            cost += times.erase(sectorOf: sector.count)
        }
        if let batch { try eraseSectors(batch) }
    }

    private func eraseSectors(_ range: AddressRange) throws(FlashError) {
        try eraseRepeatingOnce(range, .erase) { () throws(FlashDeviceFailure) in
            try device.eraseSectors(range, poll: poll)
        }
    }

    /// The only repetition of a device operation: erasing twice does no harm.
    ///
    /// Only where the operation came back and said no: behind a probe that was pulled out or a core that faulted there is
    /// nobody to ask again.
    private func eraseRepeatingOnce(
        _ range: AddressRange, _ operation: FlashOperation, _ erase: () throws(FlashDeviceFailure) -> Void
    ) throws(FlashError) {
        try stopIfCancelled()
        journal.starting(range)
        do { try attempt(.erase, range, erase) } catch {
            let first = self.error(for: error, operation, range)
            guard case .refused(let cause) = error else { throw first }
            warn(.eraseRepeated(range, code: cause.code))
            do { try attempt(.erase, range, erase) } catch {
                // If the retry fails too, the first failure is reported: the second is often a consequence.
                if case .stopped = error { throw self.error(for: error, operation, range) }
                throw first
            }
        }
        journal.wasErased(range)
        report.erasedBytes += range.count
        try proveErase(range)
    }

    func program(_ range: AddressRange, from contents: ExpectedContents) throws(FlashError) {
        trace(.step, "programming", ["range": "\(range)"])
        let pieces = range.pieces(of: device.programLimit, alignedTo: geometry.pageSize)
        var following: [UInt8]?
        for (index, piece) in pieces.enumerated() {
            try stopIfCancelled()
            let bytes = following ?? contents.bytes(in: piece)
            following = index + 1 < pieces.count ? contents.bytes(in: pieces[index + 1]) : nil
            let next = following ?? []
            journal.starting(piece)
            try perform(.program, .program, piece) { () throws(FlashDeviceFailure) in
                try device.program(bytes, at: piece.start, next: next)
            }
            journal.wasProgrammed(piece)
            report.programmedBytes += piece.count
            try proveProgramming(piece, bytes)
        }
    }

    /// Erases and programs a sector as one: nothing may come between, for its kept bytes are nowhere else.
    func rewrite(
        _ sector: TouchedSector, programming pages: AddressRangeSet, from contents: ExpectedContents,
        times: FlashTimes
    ) throws(FlashError) {
        try stopIfCancelled()
        journal.holds(contents.keptBytes(beside: sector.covered, in: sector.range))
        isRestoring = true
        defer { isRestoring = false }
        try erase(sector.range, times: times)
        for range in pages.ranges { try program(range, from: contents) }
    }

    // MARK: Early proof

    /// A protected flash is found out after its first sector, not after a minute.
    private func proveErase(_ range: AddressRange) throws(FlashError) {
        guard !hasProvenErase, report.operation == .program else { return }
        hasProvenErase = true
        guard let start = range.pieces(of: Self.sample).first else { return }
        var check = BlankCheck(geometry)
        meter.expect(.verify, bytes: start.count, taking: .zero)
        try readPieces(of: start, .verify) { range, bytes in check.take(bytes, at: range) }
        if let finding = check.finding { throw .eraseHadNoEffect(finding, aftermathOfProof()) }
    }

    private func proveProgramming(_ range: AddressRange, _ bytes: [UInt8]) throws(FlashError) {
        guard !hasProvenProgramming else { return }
        hasProvenProgramming = true
        guard let start = range.pieces(of: Self.sample).first else { return }
        var comparison = Comparison(geometry)
        meter.expect(.verify, bytes: start.count, taking: .zero)
        let found = try read(start, .verify)
        comparison.take(found, expected: Array(bytes.prefix(start.count)), at: start)
        if let finding = comparison.finding(origin: { _ in nil }) {
            throw .verifyMismatch(finding, aftermathOfProof())
        }
    }

    // MARK: Journal of the verification

    func wasVerified(_ range: AddressRange) { journal.wasVerified(range) }
    func nothingIsVerified() { journal.nothingIsVerified() }

    // MARK: What an error carries

    func aftermath() -> FlashAftermath { FlashAftermath(journal) }
    /// With a look at the hardware: every call said that it succeeded, and yet a proof failed.
    func aftermathOfProof() -> FlashAftermath { FlashAftermath(journal, findings: device.findings()) }

    // MARK: Access

    func stopIfCancelled() throws(FlashError) {
        if !isRestoring, cancellation.isCancelled { throw .cancelled(aftermath()) }
    }

    private func poll() -> Bool {
        meter.tick()
        return !isRestoring && cancellation.isCancelled
    }

    private func perform<Result>(
        _ operation: FlashOperation, _ phase: FlashPhase, _ range: AddressRange,
        _ access: () throws(FlashDeviceFailure) -> Result
    ) throws(FlashError) -> Result {
        do { return try attempt(phase, range, access) } catch {
            throw self.error(for: error, operation, range)
        }
    }

    private func attempt<Result>(
        _ phase: FlashPhase, _ range: AddressRange, _ access: () throws(FlashDeviceFailure) -> Result
    ) throws(FlashDeviceFailure) -> Result {
        if !isRestoring, cancellation.isCancelled { throw .stopped }
        return try meter.measure(phase, bytes: range.count, access)
    }

    private func error(
        for failure: FlashDeviceFailure, _ operation: FlashOperation, _ range: AddressRange
    ) -> FlashError {
        switch failure {
        case .stopped: .cancelled(aftermath())
        case .refused(let cause), .failed(let cause): .device(operation, range, cause: cause, aftermath())
        }
    }
}
