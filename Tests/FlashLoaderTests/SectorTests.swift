// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Testing

@testable import FlashLoader

@Suite struct `Sectors by the loader's table` {
    private let mixed = Loaders.storage([(8, 0x1000), (1, 0x8000), (255, 0x1_0000)])

    @Test func `the last byte of each kind of sector`() {
        #expect(mixed.lastByteOfSector(at: 0x9000_0000) == 0x9000_0FFF)
        #expect(mixed.lastByteOfSector(at: 0x9000_7FFF) == 0x9000_7FFF)
        #expect(mixed.lastByteOfSector(at: 0x9000_8000) == 0x9000_FFFF)
        #expect(mixed.lastByteOfSector(at: 0x9001_2345) == 0x9001_FFFF)
        #expect(mixed.lastByteOfSector(at: 0x90FF_FFFF) == 0x90FF_FFFF)
        // Beyond the table.
        #expect(mixed.lastByteOfSector(at: 0x9100_0000) == 0x9100_0000)
        #expect(mixed.lastByteOfSector(at: 0x8FFF_FFFF) == 0x8FFF_FFFF)
    }

    @Test func `what a range touches, by size`() {
        func touched(_ first: UInt32, _ last: UInt32) -> [FlashStatement.TouchedSectors] {
            mixed.sectors(touching: first, through: last)
        }
        #expect(touched(0x9000_0000, 0x9000_0000) == [.init(size: 0x1000, count: 1)])
        #expect(touched(0x9000_0FFF, 0x9000_1000) == [.init(size: 0x1000, count: 2)])
        #expect(
            touched(0x9000_7000, 0x9001_0000) == [
                .init(size: 0x1000, count: 1), .init(size: 0x8000, count: 1), .init(size: 0x1_0000, count: 1),
            ])
        #expect(touched(0x9000_0000, 0x90FF_FFFF).map(\.count) == [8, 1, 255])
        // Where the table says nothing, rather too many.
        #expect(touched(0x9100_0000, 0x9100_FFFF) == [.init(size: 0x1_0000, count: 2)])
        #expect(
            touched(0x90FF_0000, 0x9101_FFFF) == [
                .init(size: 0x1_0000, count: 1), .init(size: 0x1_0000, count: 3),
            ])
    }

    @Test func `a table of absurd numbers is read as far as there are addresses`() {
        let absurd = Loaders.storage([(.max, .max), (.max, .max), (.max, .max)])
        #expect(absurd.lastByteOfSector(at: 0x9000_0000) == .max)
        #expect(absurd.sectors(touching: 0x9000_0000, through: .max) == [.init(size: .max, count: 1)])
        let empty = Loaders.storage([])
        #expect(empty.lastByteOfSector(at: 0x9000_0010) == 0x9000_0010)
        #expect(empty.sectors(touching: 0, through: 0) == [.init(size: 0x1_0000, count: 2)])
    }

    @Test func `the record is decoded field by field`() throws {
        var bytes = [UInt8](repeating: 0, count: 200)
        bytes.replaceSubrange(0..<6, with: Array("W25Q12".utf8))
        func put(_ value: UInt32, at offset: Int) {
            for byte in 0..<4 { bytes[offset + byte] = UInt8(truncatingIfNeeded: value >> UInt32(8 * byte)) }
        }
        put(0xFFFF_0003, at: 100)
        put(0x9000_0000, at: 104)
        put(0x0100_0000, at: 108)
        put(0x100, at: 112)
        put(0xFFFF_FF5A, at: 116)
        for (index, value) in [UInt32(32), 0x1000, 1, 0x2_0000, 0, 0, 7, 7].enumerated() {
            put(value, at: 120 + 4 * index)
        }
        let info = try StorageInfo.decode(bytes)
        #expect(info.deviceName == "W25Q12" && info.kind.name == "NOR_FLASH")
        #expect(info.startAddress == 0x9000_0000 && info.size == 16 << 20)
        #expect(info.pageSize == 256 && info.erasedValue == 0x5A)
        // Ends at the first pair of zeros.
        #expect(info.sectorGroups == [.init(count: 32, size: 0x1000), .init(count: 1, size: 0x2_0000)])
        #expect(info.describedSize == 0x4_0000 && info.largestSector == 0x2_0000)
        #expect(try StorageInfo.decode(Array(bytes[..<136])).sectorGroups == info.sectorGroups)
        #expect(throws: (any Error).self) { _ = try StorageInfo.decode(Array(bytes[..<119])) }
    }
}
