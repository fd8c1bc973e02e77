// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

extension FlashProgrammer {
    /// Whole sectors inside the flash, or an error that names the ones that would do.
    func erasable(_ extent: FlashExtent, widen: Bool) throws(FlashError) -> AddressRangeSet {
        guard case .ranges(let ranges) = extent else {
            try geometry.requireSectors(at: geometry.readableRange)
            return AddressRangeSet([geometry.range])
        }
        guard !ranges.isEmpty else { throw .nothingToDo(.erase) }
        var sectors = AddressRangeSet()
        for range in ranges {
            guard geometry.readableRange.contains(range) else {
                throw .rangeBeyondFlash(range, flash: geometry.range)
            }
            try geometry.requireSectors(at: range)
            guard let aligned = geometry.widened(range) else {
                throw .rangeBeyondFlash(range, flash: geometry.range)
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
            throw .rangeBeyondFlash(range, flash: geometry.readableRange)
        }
        return AddressRangeSet(ranges)
    }
}
