// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

extension FlashProgrammer {
    /// Whole sectors inside the flash, or an error that names the ones that would do.
    func erasable(_ extent: FlashExtent, widen: Bool) throws(FlashError) -> AddressRangeSet {
        guard case .ranges(let ranges) = extent else { return AddressRangeSet([geometry.range]) }
        guard !ranges.isEmpty else { throw .nothingToDo(.erase) }
        var sectors = AddressRangeSet()
        for range in ranges {
            guard let aligned = geometry.widened(range) else {
                throw .beyondFlash(origin: "the range", range: range, flash: geometry.range)
            }
            guard widen || aligned == range else { throw .unaligned(range, aligned: aligned) }
            sectors.insert(aligned)
        }
        return sectors
    }

    func readable(_ extent: FlashExtent, for operation: FlashOperation) throws(FlashError) -> AddressRangeSet
    {
        guard case .ranges(let ranges) = extent else { return AddressRangeSet([geometry.readableRange]) }
        guard !ranges.isEmpty else { throw .nothingToDo(operation) }
        for range in ranges where !geometry.readableRange.contains(range) {
            throw .beyondFlash(origin: "the range", range: range, flash: geometry.readableRange)
        }
        return AddressRangeSet(ranges)
    }
}

extension FlashRun {
    /// Erases the sectors that are not blank, and proves that nothing beside them changed.
    func eraseSectors(
        of ranges: AddressRangeSet, _ options: EraseOptions, by proof: FlashReport.Proof
    ) throws(FlashError) {
        var toErase = ranges
        if !options.full { toErase = try removingBlankSectors(from: ranges, options.times) }
        report.unchangedBytes = ranges.count - toErase.count
        for range in toErase.ranges {
            let taking = geometry.sectors(touching: range).reduce(Duration.zero) {
                $0 + options.times.erase(sectorOf: $1.count)
            }
            meter.expect(.erase, bytes: range.count, taking: taking)
        }
        if proof != .none { expectVerification(ranges, times: options.times) }
        let guards =
            proof == .none
            ? []
            : toErase.neighbours(within: geometry.readableRange, page: geometry.pageSize)
                .filter { !ranges.intersects($0) }
        let before = try readGuards(guards, .survey)
        for range in toErase.ranges { try erase(range, times: options.times) }
        try checkGuards(guards, held: before)
    }

    private func removingBlankSectors(
        from ranges: AddressRangeSet, _ times: FlashTimes
    ) throws(FlashError) -> AddressRangeSet {
        meter.expect(.survey, bytes: ranges.count, taking: times.transfer(of: ranges.count))
        var dirty = AddressRangeSet()
        for range in ranges.ranges {
            for sector in geometry.sectors(touching: range) where try !isBlank(sector) {
                dirty.insert(sector)
            }
        }
        return dirty
    }

    /// Reads until the first programmed cell.
    private func isBlank(_ sector: AddressRange) throws(FlashError) -> Bool {
        if device.hashesOnTarget {
            let blank = [UInt8](repeating: geometry.erasedValue, count: sector.count)
            return try sha256(of: sector, .survey) == SHA256.digest(of: blank)
        }
        var left = sector.count
        for piece in sector.pieces(of: max(4096, geometry.pageSize)) {
            let bytes = try read(piece, .survey)
            left -= piece.count
            if !bytes.holdsOnly(geometry.erasedValue, in: 0..<piece.count) {
                meter.drop(.survey, bytes: left)
                return false
            }
        }
        return true
    }
}
