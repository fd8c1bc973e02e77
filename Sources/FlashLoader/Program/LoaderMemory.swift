// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import ObjectFiles

/// What of a loader's file has to be in RAM.
///
/// Taken from the sections, not from the segments: linkers leave zero-filled sections outside every segment, put
/// StorageInfo into a hole of the image or on top of .bss, and only the section table tells them apart.
struct LoaderMemory {
    private(set) var pieces: [LoaderProgram.Piece] = []
    private(set) var zeroFilled: [Range<UInt64>] = []
    private(set) var code: [Range<UInt64>] = []

    /// Alignment between sections that is filled rather than left as a gap.
    private static let joinLimit: UInt64 = 32
    /// Where CMSIS algorithms have FlashDevice, and nothing else; its address is that of zeroed data.
    private static let deviceSection = "DevDscr"
    /// A section this small that holds StorageInfo holds nothing else.
    private static let infoSectionLimit: UInt32 = 256

    init(
        _ file: ELFFile, record: FlashStatement.Record, in infoSection: Int, fileName: String, limit: UInt64
    ) throws(LoaderFileError) {
        let allocated = file.sections.filter { $0.isAllocated && $0.size > 0 }
        let wanted = allocated.filter { section in
            section.index != infoSection
                || (record == .flashDevice
                    ? file.name(of: section) != Self.deviceSection
                    : Self.isMoreThanInfo(section, among: allocated))
        }.sorted { ($0.address, $0.index) < ($1.address, $1.index) }
        guard !wanted.isEmpty else { throw .nothingToLoad(file: fileName) }
        let total = wanted.reduce(UInt64(0)) { $0 + UInt64($1.size) }
        guard total <= limit else { throw .tooLarge(file: fileName, bytes: total, limit: limit) }
        for (before, section) in zip(wanted, wanted.dropFirst()) where before.end > UInt64(section.address) {
            throw .sectionsOverlap(
                file: fileName, first: file.name(of: before), second: file.name(of: section))
        }
        if let last = wanted.last, last.end > 1 << 32 {
            throw .tooLarge(file: fileName, bytes: last.end, limit: 1 << 32)
        }
        for section in wanted {
            append(section, of: file)
            if section.isExecutable { code.append(UInt64(section.address)..<section.end) }
        }
    }

    func contains(_ address: UInt32) -> Bool {
        pieces.contains { $0.address <= address && UInt64(address) < $0.end }
    }

    /// StorageInfo among the loader's constants: then the section is code's business too.
    ///
    /// The section of StorageInfo alone is never loaded. Its address may be 0, which is ITCM, or that of .bss.
    private static func isMoreThanInfo(_ section: ELFSection, among all: [ELFSection]) -> Bool {
        guard section.size > infoSectionLimit else { return false }
        return !all.contains {
            $0.index != section.index && UInt64($0.address) < section.end && $0.end > UInt64(section.address)
        }
    }

    private mutating func append(_ section: ELFSection, of file: ELFFile) {
        let bytes: [UInt8]
        if section.isZeroFilled {
            bytes = [UInt8](repeating: 0, count: Int(section.size))
            zeroFilled.append(UInt64(section.address)..<section.end)
        } else {
            bytes = Array(file.contents(of: section))
        }
        if let last = pieces.last, UInt64(section.address) - last.end <= Self.joinLimit {
            let gap = Int(UInt64(section.address) - last.end)
            pieces[pieces.count - 1].bytes += [UInt8](repeating: 0, count: gap) + bytes
        } else {
            pieces.append(LoaderProgram.Piece(address: section.address, bytes: bytes))
        }
    }
}
