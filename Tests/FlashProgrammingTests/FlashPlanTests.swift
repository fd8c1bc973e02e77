// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashLoader
import ObjectFiles
import Testing

@testable import FlashProgramming

@Suite struct `Plans` {
    private let start = Scenario.start

    private func image(_ segments: (offset: UInt32, bytes: [UInt8])...) -> FirmwareImage {
        FirmwareImage(
            sorted: segments.enumerated().map { index, segment in
                ImageSegment(
                    address: start + segment.offset, bytes: segment.bytes, origin: "app.elf: segment \(index)"
                )
            })
    }
    private func plan(
        _ image: FirmwareImage, on groups: [(UInt32, UInt32)],
        over before: (inout [UInt8]) -> Void = { _ in },
        _ change: (inout ProgramOptions) -> Void = { _ in }, canMassErase: Bool = true
    ) throws -> FlashPlan {
        let device = ModelFlash(try FlashGeometry(Scenario.storage(groups)))
        device.abilities.canEraseChip = canMassErase
        before(&device.cells)
        var options = ProgramOptions()
        change(&options)
        let held = device.cells
        let run = FlashRun(
            .program, on: device, times: .winbond, timebase: device.time, trace: .silent,
            monitor: FlashMonitor())
        let (sectors, contents) = try run.survey(try ImageLayout(image, on: device.geometry), options)
        let plan = run.planner(contents, options).plan(sectors)
        #expect(device.cells == held, "planning changes nothing")
        return plan
    }
    private func range(_ low: UInt32, _ count: Int) -> AddressRange {
        AddressRange(start: start + low, count: count)
    }
    private func set(_ low: UInt32, _ count: Int) -> AddressRangeSet { AddressRangeSet([range(low, count)]) }

    @Test func `a blank flash needs no erase and blank pages of the image no programming`() throws {
        var bytes = [UInt8](repeating: 0x11, count: 0x800)
        bytes.replaceSubrange(0x200..<0x500, with: repeatElement(0xff, count: 0x300))
        let plan = try plan(image((0, bytes)), on: [(4, 0x1000)])
        #expect(plan.program == AddressRangeSet([range(0, 0x200), range(0x500, 0x300)]))
        #expect(plan.erased.isEmpty && plan.rewrites.isEmpty && !plan.erasesChip)
        #expect(plan.blank == AddressRangeSet([range(0x200, 0x300), range(0x800, 0x800)]))
    }

    @Test func `what is neighbouring is erased in one go`() throws {
        let plan = try plan(
            image((0, [UInt8](repeating: 1, count: 0x3000))), on: [(8, 0x1000)],
            over: { $0 = $0.map { _ in 0 } })
        #expect(plan.erase == set(0, 0x3000) && plan.program == set(0, 0x3000))
        #expect(
            plan.description == """
                erase   0x90000000..0x90003000 (12288 bytes)
                program 0x90000000..0x90003000 (12288 bytes)
                verify  0x90000000..0x90003000 (12288 bytes)
                """)
    }

    @Test func `a sector that holds the image already is left alone`() throws {
        let bytes = SeededBytes.make(0x3000)
        let plan = try plan(
            image((0, bytes)), on: [(8, 0x1000)],
            over: { cells in
                cells.replaceSubrange(0..<0x3000, with: bytes)
                cells[0x1800] = ~cells[0x1800]
            })
        #expect(plan.unchanged == AddressRangeSet([range(0, 0x1000), range(0x2000, 0x1000)]))
        #expect(plan.erase == set(0x1000, 0x1000) && plan.program == set(0x1000, 0x1000))
    }

    @Test func `what shares a sector is put back, and those blocks come last`() throws {
        let plan = try plan(
            image((0x1_0000, SeededBytes.make(0x1_0000)), (0x2_0800, SeededBytes.make(0x1900))),
            on: [(64, 0x1000)], over: { $0 = $0.map { _ in 0x55 } })
        #expect(plan.erase == set(0x1_0000, 0x1_0000) && plan.program == plan.erase)
        #expect(plan.rewrites.map(\.range) == [range(0x2_0000, 0x1_0000)])
        // Two sectors of three share bytes with the image; all that the three hold comes back.
        #expect(plan.rewritten == set(0x2_0000, 0x3000) && plan.rewrittenPages == plan.rewritten)
    }

    @Test func `nothing is put back when told so`() throws {
        let plan = try plan(
            image((0x800, SeededBytes.make(0x400))), on: [(8, 0x1000)],
            over: { $0 = $0.map { _ in 0x55 } }, { $0.keepSharedSectors = false })
        #expect(plan.rewrites.isEmpty)
        #expect(plan.erase == set(0, 0x1000) && plan.program == set(0x800, 0x400))
    }

    @Test func `bytes are appended to a partly written sector without erasing it`() throws {
        let plan = try plan(
            image((0x200, [1, 2, 3])), on: [(8, 0x1000)],
            over: { $0.replaceSubrange(0..<0x200, with: repeatElement(0x55, count: 0x200)) })
        #expect(plan.program == set(0x200, 0x100) && plan.erased.isEmpty && plan.rewrites.isEmpty)
    }

    @Test func `a mixed table is erased in its own units`() throws {
        let plan = try plan(
            image((0x1f00, [UInt8](repeating: 3, count: 0x200))),
            on: [(2, 0x1000), (1, 0x2000), (2, 0x4000)],
            over: { $0 = $0.map { _ in 0 } }, { $0.keepSharedSectors = false })
        #expect(plan.erased == set(0x1000, 0x3000))
    }

    @Test func `full leaves nothing out`() throws {
        let bytes = SeededBytes.make(0x1000) + [UInt8](repeating: 0xff, count: 0x1000)
        let plan = try plan(
            image((0, bytes)), on: [(8, 0x1000)], over: { $0.replaceSubrange(0..<0x2000, with: bytes) },
            { $0.full = true })
        #expect(plan.erase == set(0, 0x2000) && plan.program == set(0, 0x2000))
    }

    @Test func `the chip is erased as a whole when it is faster and nothing has to be kept`() throws {
        let all = image((0, [UInt8](repeating: 1, count: 0x10_0000)))
        let dirty: (inout [UInt8]) -> Void = { $0 = [UInt8](repeating: 0, count: $0.count) }
        // A chip whose sectors are all it has: 256 x 45 ms against 2.5 s. With blocks, 16 x 150 ms are less.
        let sectors = FlashTimes(
            erases: [.init(size: 4096, typical: .milliseconds(45))], chipErase: .milliseconds(2500),
            page: 256,
            pageProgram: .microseconds(400), size: 0x10_0000)
        func erasesChip(_ times: FlashTimes, _ image: FirmwareImage, canMassErase: Bool = true) throws -> Bool
        {
            let device = ModelFlash(try FlashGeometry(Scenario.storage([(256, 0x1000)])))
            device.abilities.canEraseChip = canMassErase
            dirty(&device.cells)
            let run = FlashRun(
                .program, on: device, times: times, timebase: device.time, trace: .silent,
                monitor: FlashMonitor())
            let (found, contents) = try run.survey(
                try ImageLayout(image, on: device.geometry), ProgramOptions())
            return run.planner(contents, ProgramOptions()).plan(found).erasesChip
        }
        #expect(try erasesChip(sectors, all))
        #expect(try !erasesChip(.winbond, all))
        #expect(try !erasesChip(sectors, all, canMassErase: false))
        let most = image((0, [UInt8](repeating: 1, count: 0xf_ffff)))
        #expect(try !erasesChip(sectors, most), "one byte is kept")
    }

    @Test func `the chip is erased when asked, whatever it holds`() throws {
        let small = image((0x1800, [1, 2, 3]))
        let whole = try plan(small, on: [(8, 0x1000)], { $0.erase = .chip })
        #expect(whole.erasesChip && whole.erase.isEmpty && whole.program == set(0x1800, 0x100))
        let parts = try plan(small, on: [(8, 0x1000)], { $0.erase = .chip }, canMassErase: false)
        #expect(!parts.erasesChip && parts.erase == set(0, 0x8000) && parts.program == set(0x1800, 0x100))
    }

    @Test func `without erase only bits that can still be programmed are accepted`() throws {
        let over: (inout [UInt8]) -> Void = { cells in cells[0x10] = 0xf0 }
        let plan = try plan(image((0x10, [0x30])), on: [(8, 0x1000)], over: over, { $0.erase = .none })
        #expect(plan.program == set(0x10, 1))
        #expect {
            _ = try self.plan(image((0x0f, [1, 0x3c])), on: [(8, 0x1000)], over: over, { $0.erase = .none })
        } throws: { error in
            guard case .needsErase(let byte, let sector, let origin)? = error as? FlashError else {
                return false
            }
            return byte.address == start + 0x10 && byte.expected == 0x3c && byte.found == 0xf0
                && sector == range(0, 0x1000) && origin == "app.elf: segment 0"
        }
    }

    @Test func `an image that leaves the flash names its segment`() throws {
        let outside = image((0, [1]), (0x7fff, [1, 2]))
        #expect { _ = try plan(outside, on: [(8, 0x1000)]) } throws: { error in
            let error = error as? FlashError
            return error?.code == "FLS-002"
                && error?.summary
                    == "app.elf: segment 1 (0x90007fff..0x90008001) does not lie inside the flash "
                    + "(0x90000000..0x90008000)"
        }
        let below = FirmwareImage(sorted: [
            ImageSegment(address: 0x0800_0000, bytes: [1], origin: "app.elf: segment 0")
        ])
        #expect(throws: FlashError.self) { _ = try plan(below, on: [(8, 0x1000)]) }
        let wrapping = FirmwareImage(sorted: [
            ImageSegment(address: 0xffff_ffff, bytes: [1, 2], origin: "x.bin")
        ])
        #expect { _ = try plan(wrapping, on: [(8, 0x1000)]) } throws: {
            ($0 as? FlashError)?.code == "FLS-003"
        }
        let empty = FirmwareImage(sorted: [ImageSegment(address: start, bytes: [], origin: "x.bin")])
        #expect { _ = try plan(empty, on: [(8, 0x1000)]) } throws: { ($0 as? FlashError)?.code == "FLS-004" }
    }
}

enum SeededBytes {
    static func make(_ count: Int, seed: UInt64 = 42) -> [UInt8] {
        var random = SeededGenerator(seed: seed)
        return random.bytes(count)
    }
}

extension FlashTimes {
    /// A W25Q128JV's.
    static let winbond = FlashTimes(
        erases: [
            .init(size: 4 << 10, typical: .milliseconds(45)),
            .init(size: 32 << 10, typical: .milliseconds(120)),
            .init(size: 64 << 10, typical: .milliseconds(150)),
        ], chipErase: .seconds(40), page: 256, pageProgram: .microseconds(400), size: 16 << 20)
}
