// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashLoader
import ObjectFiles
import Testing

@testable import FlashProgramming

/// Small pieces all over a flash, as configuration records and patched images are.
@Suite struct `Scattered records` {
    /// How a loader of 4 KiB sectors erases what it is asked for.
    enum Loader: CaseIterable {
        case inBlocks, bySectors

        func time(_ range: AddressRange) -> Duration {
            guard self == .inBlocks else { return .milliseconds(45) * (range.count / 0x1000) }
            var (time, address) = (Duration.zero, range.bounds.lowerBound)
            while address < range.bounds.upperBound {
                let isBlock = address % 0x1_0000 == 0 && range.bounds.upperBound - address >= 0x1_0000
                time += .milliseconds(isBlock ? 150 : 45)
                address += isBlock ? 0x1_0000 : 0x1000
            }
            return time
        }
    }

    /// 2 MiB that are in use.
    private func device(_ loader: Loader = .inBlocks, isBlank: Bool = false) throws -> ModelFlash {
        let device = ModelFlash(try FlashGeometry(Scenario.storage([(512, 0x1000)])))
        if !isBlank { device.cells = SeededBytes.make(0x20_0000) }
        device.abilities.programLimit = 0x1_0000
        device.eraseTime = loader.time
        device.callTime = .milliseconds(10)
        return device
    }

    private func records(_ count: Int) -> FirmwareImage {
        var random = SeededGenerator(seed: 5)
        let slots = Array((0..<0x2_0000).shuffled(using: &random).prefix(count)).sorted()
        return FirmwareImage(
            sorted: slots.map { slot in
                ImageSegment(
                    address: Scenario.start + UInt32(slot * 16), bytes: random.bytes(16),
                    origin: "records.hex")
            })
    }

    private func program(_ device: ModelFlash, _ count: Int) throws -> FlashReport {
        let image = records(count)
        var expected = device.cells
        for segment in image.segments {
            let low = Int(segment.address - Scenario.start)
            expected.replaceSubrange(low..<low + 16, with: segment.bytes)
        }
        let report = try FlashProgrammer(
            engine: device, times: .winbond, timebase: device.time, trace: .silent
        ).program(image)
        #expect(device.cells == expected)
        return report
    }

    @Test func `are erased by blocks where the loader has them`() throws {
        let device = try device(.inBlocks)
        let report = try program(device, 2000)
        // Nearly all of the 512 sectors: 23 s one by one.
        #expect(report.erasedBytes == 0x20_0000)
        #expect(device.erasing <= .milliseconds(32 * 150))
        #expect(report.restoredBytes == report.programmedBytes - 2000 * 16)
    }

    @Test func `cost two units to find out that the loader has none`() throws {
        // Half of the sectors: as blocks they would cost 4.8 s.
        let device = try device(.bySectors)
        let report = try program(device, 400)
        let touched = Set(records(400).segments.map { $0.address >> 12 }).count
        #expect(touched > 200 && touched < 400)
        // A block of 64 KiB and one of 32, neither of which was of use.
        #expect(report.erasedBytes <= (touched + 24) * 0x1000, "\(report.erasedBytes / 0x1000) of \(touched)")
        #expect(try program(try self.device(.inBlocks), 400).erasedBytes > (touched + 48) * 0x1000)
    }

    @Test func `are gathered into few calls, and into none across what holds something`() throws {
        let blank = try device(isBlank: true)
        let report = try program(blank, 500)
        let writes = blank.log.filter { $0.hasPrefix("program") }.count
        #expect(writes < 250, "\(writes) calls")
        #expect(report.erasedBytes == 0 && report.programmedBytes <= 500 * 0x100)
        // With pages in use between them.
        let used = try device(isBlank: true)
        for page in 0..<0x2000 where page % 2 == 1 { used.cells[page * 0x100] = 0x5a }
        let image = FirmwareImage(
            sorted: (0..<64).map { index in
                ImageSegment(address: Scenario.start + UInt32(index * 0x200), bytes: [1], origin: "a")
            })
        _ = try FlashProgrammer(engine: used, timebase: used.time, trace: .silent).program(image)
        #expect(used.log.filter { $0.hasPrefix("program") }.count == 64)
    }

    @Test func `cost operations in proportion`() throws {
        func operations(_ count: Int) throws -> Int {
            let device = try device()
            _ = try program(device, count)
            return device.operations
        }
        #expect(try operations(1600) < operations(400) * 5)
    }
}

@Suite struct `A written flash` {
    private func run(_ change: (inout [UInt8]) -> Void) throws -> (report: FlashReport, device: ModelFlash) {
        let device = ModelFlash(try FlashGeometry(Scenario.storage([(64, 0x1000)])))
        device.cells = SeededBytes.make(0x4_0000)
        var wanted = device.cells
        change(&wanted)
        let image = FirmwareImage(sorted: [ImageSegment(address: Scenario.start, bytes: wanted, origin: "a")])
        let report = try FlashProgrammer(
            engine: device, times: .winbond, timebase: device.time, trace: .silent
        )
        .program(image)
        #expect(device.cells == wanted)
        return (report, device)
    }
    private func surveyed(_ report: FlashReport) -> Int {
        report.phases.first { $0.phase == .survey }?.bytes ?? 0
    }

    @Test func `that changes all over is hardly looked at`() throws {
        let (report, _) = try run { $0 = SeededBytes.make(0x4_0000, seed: 1) }
        // As many sectors of a block as it takes to be worth it, and one of each around the first erase.
        #expect(surveyed(report) <= 4 * 8 * 0x100 + 17 * 0x100, "\(surveyed(report)) bytes")
        #expect(report.erasedBytes == 0x4_0000)
    }

    @Test func `that hardly changes is read, and little of it erased`() throws {
        let (report, _) = try run { $0[0x2_5123] ^= 0xff }
        #expect(report.erasedBytes == 0x1000 && report.unchangedBytes == 0x3_f000)
        #expect(surveyed(report) < 0x4_0000 + 0x1000 + 20 * 0x100)
    }
}
