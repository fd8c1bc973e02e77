// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

extension FlashRun {
    /// Erases whole sectors, the largest units first as they come.
    ///
    /// With `mayEraseChip` nothing on the chip would be lost: where what is left costs more by units than the chip as a
    /// whole, as it was measured, the chip is erased.
    func erase(_ ranges: AddressRangeSet, mayEraseChip: Bool = false) throws(FlashError) {
        var calls = EraseSequence(ranges, costs)
        while true {
            if mayEraseChip, costs.chipErase < calls.time(costs) { return try eraseChip() }
            guard let call = calls.next(costs, isFirst: !hasProvenErase) else { return }
            try eraseSectors(call)
        }
    }

    func eraseChip() throws(FlashError) {
        trace(.step, "erasing the chip")
        let range = geometry.readableRange
        try begin(FlashChange(range: range, work: .eraseChip))
        try settle()
        try proveErase(range)
    }

    func eraseSectors(_ range: AddressRange) throws(FlashError) {
        trace(.step, "erasing", ["range": "\(range)"])
        let samples = hasProvenErase ? [] : try readSamples(around: range)
        try begin(
            FlashChange(
                range: range, work: .erase(samples: samples.filter { range.contains($0.range) })))
        guard !hasProvenErase else { return }
        try settle()
        // The neighbours first: an erase that goes too far explains whatever else is wrong.
        try checkNeighbours(samples.filter { !range.contains($0.range) }, of: range)
        try proveErase(range)
    }

    // MARK: The first erase

    /// Enough of an erased range to see that the erase had no effect.
    private static let proofSize = 4096

    /// A protected flash is found out after its first sector, not after a minute.
    private func proveErase(_ range: AddressRange) throws(FlashError) {
        guard !hasProvenErase else { return }
        hasProvenErase = true
        guard let start = range.pieces(of: Self.proofSize).first else { return }
        var check = BlankCheck(geometry)
        meter.expect(.verify, bytes: start.count, taking: .zero)
        try readPieces(of: start, .verify) { range, bytes in check.take(bytes, at: range) }
        guard let finding = check.finding else { return }
        journal.starting(range)
        throw .eraseHadNoEffect(finding, aftermathOfProof())
    }

    /// The first page of every sector in the largest unit around the range, the pages that border on the range, and all of
    /// a range that is small.
    private func readSamples(around range: AddressRange) throws(FlashError) -> [Sample] {
        var pages = AddressRangeSet(
            AddressRangeSet([range]).neighbours(within: geometry.readableRange, page: geometry.pageSize))
        if range.count <= Self.proofSize { pages.insert(range) }
        if let sector = geometry.sector(containing: range.bounds.lowerBound) {
            for sector in geometry.sectors(touching: costs.block(around: sector)) {
                pages.insert(AddressRange(start: sector.start, count: min(geometry.pageSize, sector.count)))
            }
        }
        return try readSamples(pages)
    }

    // MARK: After a refusal

    /// Looks at what a refused erase has left, and corrects the journal where that is known for certain.
    func stateAfterErase(
        of range: AddressRange, _ samples: [Sample]
    ) -> FlashRangeState? {
        do {
            var check = BlankCheck(geometry)
            meter.expect(.verify, bytes: range.count, taking: .zero)
            try readPieces(of: range, .verify) { range, bytes in check.take(bytes, at: range) }
            guard let finding = check.finding else {
                journal.wasErased(range)
                return .blank
            }
            let telling = samples.filter { !isBlank($0.bytes) }
            guard !telling.isEmpty, try areUnchanged(samples) else { return .notBlank(finding) }
            let known = samples.reduce(0) { $0 + $1.range.count }
            if known == range.count { journal.stillHolds(range) }
            return .seemsUnchanged(samples: known, finding)
        } catch {
            trace(.warning, "the range could not be read after the failure", ["code": error.code])
            return nil
        }
    }

    private func areUnchanged(_ samples: [Sample]) throws(FlashError) -> Bool {
        for sample in samples where try read(sample.range, .verify) != sample.bytes { return false }
        return true
    }
}
