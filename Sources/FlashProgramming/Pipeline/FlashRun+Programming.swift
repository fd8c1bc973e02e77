// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

extension FlashRun {
    /// Programs pages in as few calls as pay; all of them have ended afterwards.
    ///
    /// `blank` is what lies between them, is blank and is to stay so.
    func program(
        _ pages: AddressRangeSet, blank: AddressRangeSet, from contents: ExpectedContents
    ) throws(FlashError) {
        try beginProgramming(pages, blank: blank, from: contents)
        try settle()
    }

    /// As ``program(_:blank:from:)``, without waiting for the end.
    func beginProgramming(
        _ pages: AddressRangeSet, blank: AddressRangeSet, from contents: ExpectedContents
    ) throws(FlashError) {
        var calls = WriteSequence(
            pages, blank: blank, limit: engine.abilities.programLimit, pageSize: geometry.pageSize)
        while let call = calls.next(joiningGapsOf: writeCosts.longestGap * geometry.pageSize) {
            trace(.step, "programming", ["range": "\(call)"])
            let bytes = contents.bytes(in: call)
            let useful = pages.intersection(call).reduce(0) { $0 + $1.count }
            try begin(FlashChange(range: call, work: .program(bytes, useful: useful, contents)))
            try proveProgramming(call, bytes, contents)
        }
    }

    // MARK: The first write

    /// Enough of a written range to see that the write had no effect.
    private static let proofSize = 4096

    private func proveProgramming(
        _ range: AddressRange, _ bytes: [UInt8], _ contents: ExpectedContents
    ) throws(FlashError) {
        guard !hasProvenProgramming else { return }
        hasProvenProgramming = true
        try settle()
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
    func stateAfterWrite(
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
