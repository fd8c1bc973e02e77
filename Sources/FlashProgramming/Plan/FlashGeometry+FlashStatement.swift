// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
package import FlashLoader
package import HardwareDescription

/// What makes a loader's description of its flash unusable.
package enum GeometryProblem: Hashable, Sendable {
    /// The size is zero or leaves the 32-bit address space.
    case impossibleSize(start: UInt32, size: UInt32)
    case noSectors
    /// Not one sector lies wholly inside the size.
    case sectorsLargerThanFlash(size: UInt32)
    /// More sectors than any flash has.
    case tooManySectors
}

extension FlashGeometry {
    /// 256 times what the largest parts in the field have.
    private static let sectorLimit = 1 << 24 / 16
    /// A page of every common serial NOR; loaders that state less (0x10 was seen) still program these.
    private static let smallestPage = 256
    private static let largestPage = 1 << 16

    /// Takes what both the size and the sector table say; where they differ, only whole sectors inside both are used.
    ///
    /// Of 313 public loaders eight have a table that does not add up to the size (16 sectors of 64 KiB for 16 MiB,
    /// or a size typed in decimal), and the page size is anything from 0x10 to 0x10000 on chips whose page is 256.
    ///
    /// A table that ends before the flash does goes on with its last size where the `chip` that is fitted erases such
    /// units: SectorErase takes addresses, and what it really erases is proven afterwards like everything else.
    package init(_ storage: FlashStatement, chip: FlashChipDefinition? = nil) throws(FlashError) {
        let declared = Int(storage.startAddress)..<Int(storage.startAddress) + Int(storage.size)
        guard let readable = AddressRange(declared) else {
            throw .geometry(.impossibleSize(start: storage.startAddress, size: storage.size))
        }
        let groups = storage.sectorGroups.prefix { $0.count > 0 && $0.size > 0 }
        guard !groups.isEmpty else { throw .geometry(.noSectors) }
        var table = SectorTable(Array(groups), inside: readable)
        let tableEnd = table.complete(for: chip)
        guard let usable = table.range else {
            throw .geometry(.sectorsLargerThanFlash(size: storage.size))
        }
        guard table.sectorCount <= Self.sectorLimit else { throw .geometry(.tooManySectors) }
        let runs = table.runs

        let pageSize = Self.page(
            declared: Int(storage.pageSize), start: readable.bounds.lowerBound, runs: runs)
        var warnings: [FlashWarning] = []
        if let tableEnd {
            warnings.append(
                .sectorTableDisagrees(
                    described: table.described, declared: readable.count, used: usable.count, tableEnd))
        }
        if pageSize != Int(storage.pageSize) {
            warnings.append(.pageSizeReplaced(declared: Int(storage.pageSize), used: pageSize))
        }
        self.init(
            name: storage.deviceName, runs: runs, readableRange: readable, range: usable, pageSize: pageSize,
            erasedValue: storage.erasedValue, warnings: warnings,
            tableEnd: tableEnd, describesWholeChip: tableEnd != .cut && usable == readable)
    }

    /// A power of two from 256 to 64 KiB near the declared one, but never one that does not divide the sectors.
    private static func page(declared: Int, start: Int, runs: [SectorRun]) -> Int {
        var page = smallestPage
        while page < largestPage, page * 2 <= declared { page *= 2 }
        let positions = runs.reduce(start) { $0 | $1.size }
        while page > 1, positions & (page - 1) != 0 { page /= 2 }
        return page
    }
}
