// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

@testable import FlashLoader

/// Loaders and descriptions made up for tests.
enum Loaders {
    static let ram: Range<UInt32> = 0x2400_0000..<0x2408_0000

    static func storage(
        _ groups: [(count: UInt32, size: UInt32)] = [(256, 0x1_0000)], start: UInt32 = 0x9000_0000,
        size: UInt32 = 16 << 20
    ) -> FlashStatement {
        FlashStatement(
            deviceName: "MADE-UP", kind: .init(code: 7, name: "SPI_FLASH"), startAddress: start, size: size,
            pageSize: 256,
            erasedValue: 0xFF,
            sectorGroups: groups.map { FlashStatement.SectorGroup(count: $0.count, size: $0.size) })
    }

    /// One piece per range; the last `zeros` bytes of the last are not in the file.
    static func image(_ ranges: [Range<UInt32>], zeros: Int = 0) -> LoaderProgram {
        let pieces = ranges.map {
            LoaderProgram.Piece(address: $0.lowerBound, bytes: [UInt8](repeating: 0, count: $0.count))
        }
        var image = LoaderProgram(
            fileName: "made-up.stldr", pieces: pieces, entries: [:])
        if zeros > 0, let end = pieces.last?.end { image.zeroFilled = [end - UInt64(zeros)..<end] }
        return image
    }
}
