// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

extension FlashRun {
    /// Programs pages in as few calls as pay.
    ///
    /// `blank` is what lies between them, is blank and is to stay so.
    func program(
        _ pages: AddressRangeSet, blank: AddressRangeSet, from contents: ExpectedContents
    ) throws(FlashError) {
        var calls = WriteSequence(
            pages, blank: blank, limit: device.programLimit, pageSize: geometry.pageSize)
        var (call, bytes) = (nextCall(&calls), [UInt8]())
        if let call { bytes = contents.bytes(in: call) }
        while let current = call {
            try stopIfCancelled()
            let following = nextCall(&calls)
            let upcoming = following.map(contents.bytes) ?? []
            try program(
                bytes, at: current, next: upcoming, from: contents,
                counting: pages.intersection(current).reduce(0) { $0 + $1.count })
            try proveProgramming(current, bytes, contents)
            (call, bytes) = (following, upcoming)
        }
    }

    private func nextCall(_ calls: inout WriteSequence) -> AddressRange? {
        calls.next(joiningGapsOf: writeCosts.longestGap * geometry.pageSize)
    }

    /// `useful` bytes of the range count as programmed.
    private func program(
        _ bytes: [UInt8], at range: AddressRange, next: [UInt8], from contents: ExpectedContents,
        counting useful: Int
    ) throws(FlashError) {
        trace(.step, "programming", ["range": "\(range)"])
        let before = journal
        journal.starting(range)
        let started = meter.elapsed
        do {
            try attempt(.program, bytes: useful) { () throws(FlashDeviceFailure) in
                try device.program(bytes, at: range.start, next: next)
            }
        } catch {
            guard case .refused = error else { throw self.error(for: error, .program, range) }
            let state = stateAfterWrite(of: bytes, at: range, contents, before)
            throw self.error(for: error, .program, range, state: state)
        }
        writeCosts.learn(
            pages: (range.count + geometry.pageSize - 1) / geometry.pageSize, took: meter.elapsed - started)
        journal.wasProgrammed(range)
        report.programmedBytes += useful
    }

    // MARK: The first write

    /// Enough of a written range to see that the write had no effect.
    private static let proofSize = 4096

    private func proveProgramming(
        _ range: AddressRange, _ bytes: [UInt8], _ contents: ExpectedContents
    ) throws(FlashError) {
        guard !hasProvenProgramming else { return }
        hasProvenProgramming = true
        guard let start = range.pieces(of: Self.proofSize).first else { return }
        var comparison = Comparison(geometry, isSample: start.count < range.count)
        meter.expect(.verify, bytes: start.count, taking: .zero)
        let found = try read(start, .verify)
        comparison.take(found, expected: Array(bytes.prefix(start.count)), at: start)
        if let finding = comparison.finding(origin: contents.origin) {
            throw .verifyMismatch(finding, aftermathOfProof())
        }
    }

    // MARK: After a refusal

    /// Looks at what a refused write has left, and corrects the journal where that is known for certain.
    ///
    /// Only blank pages are written, so a range that is blank is as it was.
    private func stateAfterWrite(
        of bytes: [UInt8], at range: AddressRange, _ contents: ExpectedContents, _ before: FlashJournal
    ) -> FlashRangeState? {
        do {
            meter.expect(.verify, bytes: range.count, taking: .zero)
            let found = try read(range, .verify)
            if isBlank(found) {
                journal.wasLeftAlone(range, as: before)
                return .unchanged
            }
            var comparison = Comparison(geometry)
            comparison.take(found, expected: bytes, at: range)
            guard let finding = comparison.finding(origin: contents.origin) else { return .written }
            return .notWritten(finding)
        } catch {
            trace(.warning, "the range could not be read after the failure", ["code": error.code])
            return nil
        }
    }

    func isBlank(_ bytes: [UInt8]) -> Bool { bytes.holdsOnly(geometry.erasedValue, in: 0..<bytes.count) }
}
