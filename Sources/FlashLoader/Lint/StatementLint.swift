// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import HardwareDescription

/// What a file says of its flash, against itself, the target and the chip.
struct StatementLint {
    let file: LoaderFile
    let target: TargetDefinition
    let chip: FlashChipDefinition?

    /// The smallest unit that a serial flash erases.
    private static let smallestSector: UInt32 = 256
    /// CMSIS' and ST's loaders may program several pages at once.
    private static let largestPage: UInt32 = 64 << 10

    var findings: [LintFinding] {
        let flash = file.flash
        var found: [LintProblem] = []
        if flash.describedSize != UInt64(flash.size) {
            found.append(.sectorsDoNotSum(flash.record, described: flash.describedSize, size: flash.size))
        }
        if flash.pageSize == 0 || flash.pageSize > Self.largestPage || !flash.pageSize.isPowerOfTwo {
            found.append(.impossiblePage(flash.record, flash.pageSize))
        }
        for group in flash.sectorGroups
        where group.size < Self.smallestSector || !group.size.isPowerOfTwo {
            found.append(.oddSector(flash.record, group.size))
        }
        if !target.mappedFlash.contains(flash.startAddress) {
            found.append(.notMapped(flash.startAddress, mapped: target.mappedFlash))
        }
        if let chip { found += against(chip) }
        if file.abi.format == .st { found += forVendor }
        return found.map { LintFinding($0) }
    }

    private func against(_ chip: FlashChipDefinition) -> [LintProblem] {
        var found: [LintProblem] = []
        if chip.size != file.flash.size {
            found.append(.otherSize(file.flash.size, chip: chip.title, chipSize: chip.size))
        }
        let units = chip.erases.map(\.size)
        for group in file.flash.sectorGroups
        where !units.isEmpty && !units.contains(where: group.size.isMultiple) {
            found.append(.otherSectors(group.size, chip: chip.title, units: units))
        }
        return found
    }

    private var forVendor: [LintProblem] {
        var found: [LintProblem] = []
        let name = file.fileName.split(separator: "/").last.map(String.init) ?? file.fileName
        if ![file.flash.deviceName, "\(file.flash.deviceName).stldr"].contains(name) {
            found.append(.nameDiffers(file.flash.deviceName, file: name))
        }
        // Type 3 and 7: as ST's own loaders for QUADSPI have it.
        if ![3, 7].contains(file.flash.kind.code) { found.append(.notSerialFlash(file.flash.kind.name)) }
        if file.program.entry(of: .read) == nil, !file.flash.kind.isReadAsMemory {
            found.append(.noWayToRead)
        }
        return found
    }
}

extension UInt32 {
    fileprivate var isPowerOfTwo: Bool { nonzeroBitCount == 1 }
}
