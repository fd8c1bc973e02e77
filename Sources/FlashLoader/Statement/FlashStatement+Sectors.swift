// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

extension FlashStatement {
    /// A run of sectors of one size that a range touches.
    struct TouchedSectors: Hashable, Sendable {
        var size: UInt32
        var count: Int
    }

    /// The last byte of the sector that holds `address`; the address itself beyond the table.
    func lastByteOfSector(at address: UInt32) -> UInt32 {
        for run in runs where run.range.contains(UInt64(address)) {
            let index = (UInt64(address) - run.range.lowerBound) / UInt64(run.size)
            let last = run.range.lowerBound + (index + 1) * UInt64(run.size) - 1
            return UInt32(clamping: last)
        }
        return address
    }

    /// What erasing `first` to `last` erases, by size.
    func sectors(touching first: UInt32, through last: UInt32) -> [TouchedSectors] {
        var touched: [TouchedSectors] = []
        for run in runs {
            let low = max(UInt64(first), run.range.lowerBound)
            let high = min(UInt64(last), run.range.upperBound - 1)
            guard low <= high else { continue }
            let size = UInt64(run.size)
            let start = (low - run.range.lowerBound) / size
            let end = (high - run.range.lowerBound) / size
            touched.append(TouchedSectors(size: run.size, count: Int(end - start + 1)))
        }
        // A table that does not reach there: as if it went on with the last size.
        let beyond = touched.isEmpty ? UInt64(first) : max(UInt64(first), runs.last?.range.upperBound ?? 0)
        if UInt64(last) >= beyond {
            let size = max(1, sectorGroups.last?.size ?? 1 << 16)
            touched.append(
                TouchedSectors(size: size, count: Int((UInt64(last) - beyond) / UInt64(size)) + 2))
        }
        return touched
    }

    /// The sectors that `first` to `last` touch, in address order, whole.
    ///
    /// Beyond the table as if it went on with the last size.
    func sectorRanges(touching first: UInt32, through last: UInt32) -> [Range<UInt64>] {
        var sectors: [Range<UInt64>] = []
        var address = UInt64(first)
        while address <= UInt64(last) {
            let sector = sector(at: address)
            guard sector.upperBound > address else { break }
            sectors.append(sector)
            address = sector.upperBound
        }
        return sectors
    }

    private func sector(at address: UInt64) -> Range<UInt64> {
        let run = runs.first { $0.range.contains(address) }
        let size = UInt64(run?.size ?? max(1, sectorGroups.last?.size ?? 1 << 16))
        let origin = run?.range.lowerBound ?? min(address, UInt64(startAddress))
        let start = origin + (address - origin) / size * size
        return start..<start + size
    }

    /// As far as there are addresses: what a file says need not fit.
    private var runs: [(range: Range<UInt64>, size: UInt32)] {
        var address = UInt64(startAddress)
        var runs: [(range: Range<UInt64>, size: UInt32)] = []
        for group in sectorGroups where group.size > 0 && group.count > 0 && address < 1 << 32 {
            let end = address + UInt64(group.size) * UInt64(group.count)
            runs.append((address..<end, group.size))
            address = end
        }
        return runs
    }
}
