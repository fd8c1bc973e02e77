// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashLoader
import FlashProgramming
import HardwareDescription
import Testing

@Suite struct `Geometry from what a loader says` {
    private func storage(
        size: UInt32, groups: [(UInt32, UInt32)], page: UInt32 = 256, start: UInt32 = 0x9000_0000
    ) -> FlashStatement {
        FlashStatement(
            deviceName: "W25Q128", kind: .init(code: 7, name: "SPI_FLASH"), startAddress: start, size: size,
            pageSize: page,
            erasedValue: 0xff,
            sectorGroups: groups.map { FlashStatement.SectorGroup(count: $0.0, size: $0.1) })
    }

    @Test func `256 sectors of 64 KiB`() throws {
        let geometry = try FlashGeometry(storage(size: 1 << 24, groups: [(256, 0x1_0000), (0, 0)]))
        #expect(geometry.range.bounds == 0x9000_0000..<0x9100_0000)
        #expect(geometry.sectorCount == 256 && geometry.pageSize == 256 && geometry.warnings.isEmpty)
        #expect(geometry.describesWholeChip)
        #expect(geometry.sector(containing: 0x90ff_ffff)?.bounds == 0x90ff_0000..<0x9100_0000)
        #expect(geometry.sector(containing: 0x9100_0000) == nil)
    }

    @Test func `a mixed table is in address order`() throws {
        let geometry = try FlashGeometry(
            storage(size: 0x800_0000, groups: [(32, 0x1000), (1, 0x2_0000), (511, 0x4_0000)]))
        #expect(geometry.warnings.isEmpty)
        #expect(geometry.sector(containing: 0x9001_ffff)?.bounds == 0x9001_f000..<0x9002_0000)
        #expect(geometry.sector(containing: 0x9002_0000)?.bounds == 0x9002_0000..<0x9004_0000)
        #expect(geometry.sector(containing: 0x9004_0000)?.bounds == 0x9004_0000..<0x9008_0000)
        let range = try #require(AddressRange(0x9001_fff0..<0x9004_0001))
        #expect(geometry.sectors(touching: range).map(\.count) == [0x1000, 0x2_0000, 0x4_0000])
        #expect(geometry.widened(range)?.bounds == 0x9001_f000..<0x9008_0000)
    }

    @Test func `a table shorter than the flash limits what can be erased, not what can be read`() throws {
        let geometry = try FlashGeometry(storage(size: 1 << 24, groups: [(16, 0x1_0000)]))
        #expect(geometry.range.count == 0x10_0000)
        #expect(geometry.readableRange.count == 1 << 24)
        #expect(!geometry.describesWholeChip)
        #expect(
            geometry.warnings
                == [
                    .sectorTableDisagrees(
                        described: 0x10_0000, declared: 1 << 24, used: 0x10_0000, .chipUnknown)
                ])
    }

    private func chip(_ units: [UInt32], size: UInt32 = 1 << 24) -> FlashChipDefinition {
        let time = FlashChipDefinition.Time(typical: .milliseconds(1), maximum: .seconds(1))
        return FlashChipDefinition(
            describedBy: [0xEF, 0x40, 0x18], size: size, page: 256,
            erases: units.map { .init(size: $0, opcode: 0x20, time: time) }, pageProgram: nil, chipErase: nil,
            hasStatusPolling: false)
    }

    @Test func `a table that is too short goes on where the chip erases such units`() throws {
        let info = storage(size: 1 << 24, groups: [(16, 0x1_0000)])
        let flash = chip([0x1000, 0x8000, 0x1_0000])
        let geometry = try FlashGeometry(info, chip: flash)
        #expect(geometry.range.count == 1 << 24)
        #expect(geometry.sectorCount == 256)
        #expect(geometry.describesWholeChip)
        #expect(geometry.tableEnd == .continued(unit: 0x1_0000, chip: flash.title))
        #expect(geometry.warnings.count == 1)
        // A size that the chip does not erase says nothing of what lies behind the table.
        let other = try FlashGeometry(info, chip: chip([0x1000]))
        #expect(other.range.count == 0x10_0000)
        #expect(other.tableEnd == .foreignUnit(0x1_0000, chip: flash.title, units: [0x1000]))
        // Nor does one that the table puts where no unit of the chip begins.
        let shifted = storage(size: 1 << 24, groups: [(1, 0x1000), (16, 0x1_0000)])
        #expect(try FlashGeometry(shifted, chip: flash).range.count == 0x10_1000)
        // Not beyond the chip.
        let small = try FlashGeometry(info, chip: chip([0x1_0000], size: 1 << 22))
        #expect(small.range.count == 1 << 22 && !small.describesWholeChip)
        // A table that is too long is cut as before.
        let long = storage(size: 1 << 20, groups: [(256, 0x1_0000)])
        #expect(try FlashGeometry(long, chip: flash).range.count == 1 << 20)
        #expect(try !FlashGeometry(long, chip: flash).describesWholeChip)
    }

    @Test func `only whole sectors inside a size typed in decimal are used`() throws {
        let geometry = try FlashGeometry(storage(size: 4_000_000, groups: [(64, 0x1_0000)]))
        #expect(geometry.range.count == 61 * 0x1_0000)
        #expect(!geometry.describesWholeChip)
    }

    @Test func `what follows a group that was cut is not used`() throws {
        let geometry = try FlashGeometry(storage(size: 0x1_8000, groups: [(2, 0x1_0000), (8, 0x1000)]))
        #expect(geometry.range.count == 0x1_0000)
    }

    @Test(
        arguments: [
            (0x10, 256), (0, 256), (0x100, 256), (0x1000, 0x1000), (0x1_0000, 0x1_0000),
            (0xffff_ffff, 0x1_0000),
            (300, 256), (0x300, 512),
        ] as [(UInt32, Int)])
    func `a page is a power of two that divides the sectors`(declared: UInt32, used: Int) throws {
        let geometry = try FlashGeometry(storage(size: 1 << 24, groups: [(256, 0x1_0000)], page: declared))
        #expect(geometry.pageSize == used)
        #expect(geometry.warnings.isEmpty == (Int(declared) == used))
        let small = try FlashGeometry(storage(size: 0x3000, groups: [(4, 0xc00)], page: declared))
        #expect(small.pageSize <= 0x400 && 0xc00 % small.pageSize == 0)
    }

    @Test(
        arguments: [
            (
                size: 0, start: 0x9000_0000, groups: [(256, 0x1_0000)],
                problem: GeometryProblem.impossibleSize(start: 0x9000_0000, size: 0)
            ),
            (0x1000, 0xffff_ff00, [(1, 0x1000)], .impossibleSize(start: 0xffff_ff00, size: 0x1000)),
            (0x1000, 0x9000_0000, [], .noSectors),
            (0x1000, 0x9000_0000, [(0, 0x1000), (1, 0x1000)], .noSectors),
            (0x1000, 0x9000_0000, [(1, 0x2000)], .sectorsLargerThanFlash(size: 0x1000)),
            (0x8000_0000, 0x1000_0000, [(0x8000_0000, 1)], .tooManySectors),
        ] as [(size: UInt32, start: UInt32, groups: [(UInt32, UInt32)], problem: GeometryProblem)])
    func `the impossible is refused`(
        size: UInt32, start: UInt32, groups: [(UInt32, UInt32)], problem: GeometryProblem
    ) {
        #expect { try FlashGeometry(storage(size: size, groups: groups, start: start)) } throws: { error in
            guard case .geometry(problem)? = error as? FlashError else { return false }
            return true
        }
    }

    @Test func `random tables never trap and sectors tile the range`() {
        for seed in UInt64(0)..<2000 {
            var random = SeededGenerator(seed: seed)
            func number() -> UInt32 {
                let bits = UInt32.random(in: 0...32, using: &random)
                return UInt32.random(in: 0...UInt32.max, using: &random) >> (bits == 32 ? 31 : bits)
            }
            let groups = (0..<Int.random(in: 0...10, using: &random)).map { _ in (number(), number()) }
            let info = storage(size: number(), groups: groups, page: number(), start: number())
            guard let geometry = try? FlashGeometry(info) else { continue }
            var address = geometry.range.bounds.lowerBound
            for run in geometry.runs {
                #expect(Int(run.start) == address && run.size % geometry.pageSize == 0, "seed \(seed)")
                address += run.count * run.size
            }
            #expect(address == geometry.range.bounds.upperBound)
            #expect(geometry.readableRange.contains(geometry.range))
        }
    }
}
