// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// Where a flash lies and in which units it is erased and programmed.
package struct FlashGeometry: Hashable, Sendable {
    /// Consecutive sectors of one size.
    package struct SectorRun: Hashable, Sendable {
        package let start: UInt32
        package let count: Int
        /// Bytes per sector.
        package let size: Int

        var bounds: Range<Int> { Int(start)..<Int(start) + count * size }
    }

    package let name: String
    /// In address order, without gaps.
    package let runs: [SectorRun]
    /// What can be read; larger than `range` where the sector table is shorter than the flash.
    package let readableRange: AddressRange
    /// What can be erased and programmed: whole sectors.
    package let range: AddressRange
    /// Bytes that are programmed or skipped as one, aligned to itself; divides every sector.
    package let pageSize: Int
    package let erasedValue: UInt8
    /// What the loader's statements contradicted each other in.
    package let warnings: [FlashWarning]

    /// What was done about a sector table that does not end where the flash does; nil for one that does.
    package let tableEnd: SectorTableEnd?
    /// True when the sectors make up all of the flash, so that erasing the chip erases exactly `range`.
    package let describesWholeChip: Bool
    package var sectorCount: Int { runs.reduce(0) { $0 + $1.count } }

    package func sector(containing address: Int) -> AddressRange? {
        for run in runs where run.bounds.contains(address) {
            let low = run.bounds.lowerBound + (address - run.bounds.lowerBound) / run.size * run.size
            return AddressRange(low..<low + run.size)
        }
        return nil
    }

    /// An error for what the flash has and its sectors do not reach; `origin` as ``FlashError`` has it.
    func requireSectors(at range: AddressRange, origin: String? = nil) throws(FlashError) {
        if !self.range.contains(range) {
            throw .beyondSectorTable(origin: origin, range: range, usable: self.range, tableEnd ?? .cut)
        }
    }

    /// The sectors that hold any byte of `range`, in address order.
    package func sectors(touching range: AddressRange) -> [AddressRange] {
        guard let inside = range.intersection(self.range) else { return [] }
        var sectors: [AddressRange] = []
        var address = inside.bounds.lowerBound
        while address < inside.bounds.upperBound, let sector = sector(containing: address) {
            sectors.append(sector)
            address = sector.bounds.upperBound
        }
        return sectors
    }

    /// The smallest run of whole sectors around `range`; nothing when it leaves the flash.
    package func widened(_ range: AddressRange) -> AddressRange? {
        guard self.range.contains(range), let first = sector(containing: range.bounds.lowerBound),
            let last = sector(containing: range.bounds.upperBound - 1)
        else { return nil }
        return AddressRange(first.bounds.lowerBound..<last.bounds.upperBound)
    }
}
