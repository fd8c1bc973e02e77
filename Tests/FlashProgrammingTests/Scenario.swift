// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashLoader
import FlashProgramming
import ObjectFiles

/// A flash with something in it, an image for it and what somebody wants.
struct Scenario {
    var geometry: FlashGeometry
    var before: [UInt8]
    var image: FirmwareImage
    var options = ProgramOptions()
    var hashes = false
    /// How many commands the engine takes ahead, and whether erases and writes alternate.
    var depth = 1
    var alternates = false

    static let start = UInt32(0x9000_0000)

    static func storage(_ groups: [(UInt32, UInt32)], page: UInt32 = 256, erased: UInt8 = 0xff)
        -> FlashStatement
    {
        FlashStatement(
            deviceName: "MODEL", kind: .init(code: 7, name: "SPI_FLASH"), startAddress: start,
            size: groups.reduce(0) { $0 + $1.0 * $1.1 },
            pageSize: page, erasedValue: erased,
            sectorGroups: groups.map { FlashStatement.SectorGroup(count: $0.0, size: $0.1) })
    }

    static func random(_ seed: UInt64) throws -> Scenario {
        var random = SeededGenerator(seed: seed)
        var groups = (0..<Int.random(in: 1...3, using: &random)).map { _ in
            (
                UInt32.random(in: 1...4, using: &random),
                UInt32(256) << UInt32.random(in: 0...2, using: &random)
            )
        }
        // Now and then a sector larger than what is read of it at first.
        if Int.random(in: 0..<8, using: &random) == 0 { groups.append((2, 8192)) }
        let page: UInt32 = [0x10, 0x100, 0x200, 0x10000][Int.random(in: 0..<4, using: &random)]
        let erased: UInt8 = 0xff
        let geometry = try FlashGeometry(storage(groups, page: page))
        let size = geometry.range.count

        var before = [UInt8](repeating: erased, count: size)
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            let low = Int.random(in: 0..<size, using: &random)
            let high = Int.random(in: low...size, using: &random)
            before.replaceSubrange(low..<high, with: random.bytes(high - low))
        }
        var segments: [ImageSegment] = []
        var position = 0
        for index in 0..<Int.random(in: 1...5, using: &random) where position < size {
            let low = Int.random(in: position..<size, using: &random)
            let high = Int.random(in: low + 1...size, using: &random)
            // Now and then what is there already, or erased bytes.
            let bytes: [UInt8] =
                switch Int.random(in: 0..<5, using: &random) {
                case 0: Array(before[low..<high])
                case 1: [UInt8](repeating: erased, count: high - low)
                default: random.bytes(high - low)
                }
            segments.append(
                ImageSegment(address: start + UInt32(low), bytes: bytes, origin: "segment \(index)"))
            position = high
        }
        var scenario = Scenario(geometry: geometry, before: before, image: FirmwareImage(sorted: segments))
        scenario.options.erase =
            [.needed, .needed, .needed, .none, .chip][Int.random(in: 0..<5, using: &random)]
        scenario.options.keepSharedSectors = Int.random(in: 0..<4, using: &random) > 0
        scenario.options.full = Int.random(in: 0..<4, using: &random) == 0
        scenario.options.verify = [.best, .read, .hash][Int.random(in: 0..<3, using: &random)]
        scenario.hashes = Int.random(in: 0..<2, using: &random) == 0
        scenario.depth = Int.random(in: 1...5, using: &random)
        scenario.alternates = Bool.random(using: &random)
        return scenario
    }

    func device() -> ModelFlash {
        let device = ModelFlash(geometry, contents: before)
        device.abilities.hasDigests = hashes
        (device.abilities.depth, device.abilities.alternates) = (depth, alternates)
        device.abilities.readDepth = depth
        device.abilities.window = depth % 2 == 0 ? .max : 12 << 10
        return device
    }

    func programmer(_ device: ModelFlash) -> FlashProgrammer {
        FlashProgrammer(engine: device, timebase: device.time, trace: .silent)
    }

    func program(_ device: ModelFlash) throws(FlashError) -> FlashReport {
        try programmer(device).program(
            image, options, monitor: FlashMonitor(cancellation: device.cancellation))
    }

    func outcome(_ device: ModelFlash) -> Result<FlashReport, FlashError> {
        do throws(FlashError) { return .success(try program(device)) } catch { return .failure(error) }
    }

    /// The first offset at which the flash does not hold what it must after success, worked out the plain way.
    func firstWrong(_ device: ModelFlash) -> Int? {
        var wanted = before
        var matters = [Bool](repeating: options.erase != .chip, count: before.count)
        for segment in image.segments where !options.keepSharedSectors {
            for sector in geometry.sectors(
                touching: AddressRange(start: segment.address, count: segment.bytes.count))
            {
                matters.replaceSubrange(
                    device.offsets(sector), with: [Bool](repeating: false, count: sector.count))
            }
        }
        for segment in image.segments {
            let low = Int(segment.address - Self.start)
            let offsets = low..<low + segment.bytes.count
            wanted.replaceSubrange(offsets, with: segment.bytes)
            matters.replaceSubrange(offsets, with: [Bool](repeating: true, count: offsets.count))
        }
        if wanted == device.cells { return nil }
        return wanted.indices.first { matters[$0] && wanted[$0] != device.cells[$0] }
    }
}
