// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials
package import ObjectFiles

/// Everything a person can ask of a flash.
///
/// Nothing is reported good that was not read back or hashed after the last write; see ``FlashReport/proof``.
package final class FlashProgrammer {
    package let engine: any FlashEngine
    private let times: FlashTimes
    private let timebase: any Timebase
    private let trace: Trace

    /// `times` are the chip's, where it is known.
    package init(
        engine: any FlashEngine, times: FlashTimes? = nil, timebase: any Timebase, trace: Trace
    ) {
        (self.engine, self.timebase, self.trace) = (engine, timebase, trace)
        self.times = times ?? FlashTimes(ofUnknownFlash: engine.geometry.readableRange.count)
    }

    package var geometry: FlashGeometry { engine.geometry }

    /// Makes the flash hold the image and leaves everything else as it is.
    package func program(
        _ image: FirmwareImage, _ options: ProgramOptions = ProgramOptions(),
        monitor: FlashMonitor = FlashMonitor()
    ) throws(FlashError) -> FlashReport {
        let layout = try ImageLayout(image, on: geometry)
        let run = start(.program, monitor)
        run.report.proof = run.proof(for: options.verify)
        var (sectors, contents) = try run.survey(layout, options)
        let plan = run.planner(contents, options).plan(sectors)
        sectors = []
        trace(.step, "plan", ["steps": "\(plan)"])
        if options.erase == .chip, !engine.abilities.canEraseChip { run.warn(.noMassErase) }
        run.expect(plan)
        try run.execute(plan, &contents, options)
        if run.report.proof != .none {
            if plan.isEmpty, run.surveyProves(run.report.proof) {
                // The survey itself compared every byte, and nothing was written since.
                plan.touched.ranges.forEach(run.wasVerified)
            } else {
                try run.prove(plan, from: contents, options)
            }
        }
        run.report.requestedBytes = layout.imageBytes
        run.report.unchangedBytes = plan.unchanged.count
        return run.finished()
    }

    /// What ``program(_:_:monitor:)`` would do, found out by looking at the flash; nothing is changed.
    package func plan(
        _ image: FirmwareImage, _ options: ProgramOptions = ProgramOptions(),
        monitor: FlashMonitor = FlashMonitor()
    ) throws(FlashError) -> FlashForecast {
        let layout = try ImageLayout(image, on: geometry)
        let run = start(.program, monitor)
        run.report.proof = run.proof(for: options.verify)
        let (sectors, contents) = try run.survey(layout, options)
        let plan = run.planner(contents, options).plan(sectors)
        try run.requireWritable(plan.erased.union(plan.programmed))
        let duration = run.forecast(of: plan, times)
        run.report.proof = .none
        run.report.requestedBytes = layout.imageBytes
        run.report.unchangedBytes = plan.unchanged.count
        return FlashForecast(plan: plan, duration: duration, report: run.finished())
    }

    /// Compares the flash with the image; a difference is thrown as `FlashError.verifyMismatch`.
    package func verify(
        _ image: FirmwareImage, _ mode: VerifyMode = .best, monitor: FlashMonitor = FlashMonitor()
    ) throws(FlashError) -> FlashReport {
        let segments = try image.checkedRanges(inside: geometry.readableRange, for: .verify)
        let run = start(.verify, monitor)
        let proof = run.proof(for: mode == .none ? .read : mode)
        let ranges = AddressRangeSet(segments.map(\.range))
        run.report.proof = proof
        run.expectVerification(ranges)
        let contents = ExpectedContents(image: image, erasedValue: geometry.erasedValue)
        if let finding = try run.compare(ranges, with: contents, by: proof) {
            throw .verifyMismatch(finding, run.aftermathOfProof())
        }
        run.report.requestedBytes = ranges.count
        return run.finished()
    }

    /// Erases what is not blank, and proves that all of it is blank then.
    ///
    /// `.all` goes by sectors or erases the chip as a whole, whichever is faster as far as is known.
    package func erase(
        _ extent: FlashExtent, _ options: EraseOptions = EraseOptions(),
        monitor: FlashMonitor = FlashMonitor()
    ) throws(FlashError) -> FlashReport {
        let mayEraseChip = extent == .all && engine.abilities.canEraseChip
        let ranges =
            mayEraseChip
            ? AddressRangeSet([geometry.readableRange]) : try erasable(extent, widen: options.widen)
        let run = start(.erase, monitor)
        let proof = run.proof(for: options.verify)
        run.report.requestedBytes = ranges.count
        run.report.proof = proof
        try run.eraseWhatIsNotBlank(ranges, options, mayEraseChip: mayEraseChip)
        if run.journal.isUntouched, run.surveyProves(proof) {
            // The survey looked at every byte, and nothing was written since.
            if proof != .none { ranges.ranges.forEach(run.wasVerified) }
        } else if proof != .none, let finding = try run.checkBlank(ranges, by: proof) {
            throw .eraseHadNoEffect(finding, run.aftermathOfProof())
        }
        return run.finished()
    }

    /// Looks for cells that are not erased; finding one is thrown as `FlashError.notBlank`.
    package func blankCheck(
        _ extent: FlashExtent, _ mode: VerifyMode = .best, monitor: FlashMonitor = FlashMonitor()
    ) throws(FlashError) -> FlashReport {
        let ranges = try readable(extent, for: .blankCheck)
        let run = start(.blankCheck, monitor)
        let proof = run.proof(for: mode == .none ? .read : mode)
        run.report.proof = proof
        run.expectVerification(ranges)
        if let finding = try run.checkBlank(ranges, by: proof) {
            throw .notBlank(finding, run.aftermathOfProof())
        }
        run.report.requestedBytes = ranges.count
        return run.finished()
    }

    /// CRC-32, SHA-256 and byte sum of what the flash holds, all bytes read over the link.
    package func checksum(
        of extent: FlashExtent, monitor: FlashMonitor = FlashMonitor()
    ) throws(FlashError) -> FlashChecksum {
        let ranges = try readable(extent, for: .checksum)
        let run = start(.checksum, monitor)
        run.meter.expect(.read, bytes: ranges.count, taking: run.transferTime(of: ranges.count))
        var (crc, sha, sum) = (CRC32(), SHA256(), UInt32(0))
        for range in ranges.ranges {
            try run.readPieces(of: range, .read) { _, bytes in
                crc.update(bytes)
                sha.update(bytes)
                sum = bytes.reduce(sum) { $0 &+ UInt32($1) }
            }
        }
        run.report.requestedBytes = ranges.count
        return FlashChecksum(
            ranges: ranges, crc32: crc.value, sha256: sha.finish(), byteSum: sum, report: run.finished())
    }

    /// Reads any length, also beyond the sectors where the flash is larger than its table.
    package func read(
        _ range: AddressRange, monitor: FlashMonitor = FlashMonitor()
    ) throws(FlashError) -> FlashContents {
        var bytes: [UInt8] = []
        return try read(range, into: &bytes, known: [], monitor: monitor)
    }

    /// As ``read(_:monitor:)``, but of what the first bytes may be, those are not read that the target's digests confirm.
    ///
    /// After a failure `bytes` holds what was read until then, from the start of the range.
    package func read(
        _ range: AddressRange, into bytes: inout [UInt8], known: [UInt8], monitor: FlashMonitor
    ) throws(FlashError) -> FlashContents {
        _ = try readable(.ranges([range]), for: .read)
        let run = start(.read, monitor)
        run.meter.expect(.read, bytes: range.count, taking: run.transferTime(of: range.count))
        try run.read(range, into: &bytes, known: known)
        run.report.requestedBytes = range.count
        let segment = ImageSegment(address: range.start, bytes: bytes, origin: geometry.name)
        return FlashContents(segment: segment, report: run.finished())
    }

    private func start(_ operation: FlashOperation, _ monitor: FlashMonitor) -> FlashRun {
        FlashRun(operation, on: engine, times: times, timebase: timebase, trace: trace, monitor: monitor)
    }
}

/// What a program job will do and how long it will probably take, after the survey.
package struct FlashForecast: Hashable, Sendable {
    package let plan: FlashPlan
    package let duration: Duration
    package let report: FlashReport
}

/// What `checksum` found.
package struct FlashChecksum: Hashable, Sendable {
    package let ranges: AddressRangeSet
    package let crc32: UInt32
    package let sha256: SHA256.Digest
    /// The sum of all bytes modulo 2³², as the CheckSum of ST's loaders; does not notice exchanged bytes.
    package let byteSum: UInt32
    package let report: FlashReport
}

/// What `read` found.
package struct FlashContents: Hashable, Sendable {
    package let segment: ImageSegment
    package let report: FlashReport
}
