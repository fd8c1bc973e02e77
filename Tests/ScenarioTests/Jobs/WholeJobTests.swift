// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashProgramming
import ObjectFiles
import Testing
import Workbench

@testable import SimulatedBench

/// From files to cells and back, through each probe.
@Suite struct `A whole job` {
    typealias Kind = BenchConfiguration.ProbeKind

    private static let elf = [
        Piece(0x9000_0000, 1_000, seed: 1), Piece(0x9000_2345, 777, seed: 2),
        Piece(0x9000_F003, 5_001, seed: 3),
    ]
    /// One across a 64 KiB boundary, which HEX tells in a record of its own; one that ends with the flash.
    private static let hex = [Piece(0x9002_FF80, 300, seed: 4), Piece(0x90FF_FFE0, 32, seed: 5)]
    private static let binary = Piece(0x9004_5671, 9_001, seed: 6)
    private static let pieces = elf + hex + [binary]
    private static let byteCount = pieces.reduce(0) { $0 + $1.bytes.count }

    /// A flash that has been used: every byte the job must keep is one it can lose.
    private static let used: [UInt8] = {
        var cells = [UInt8](repeating: 0xFF, count: JobBench.flashSize)
        cells.replaceSubrange(0..<0x6_0000, with: randomBytes(0x6_0000, seed: 7))
        cells.replaceSubrange(0xFF_F000..<0x100_0000, with: randomBytes(0x1000, seed: 8))
        return cells
    }()

    private func mixedImages(_ bench: JobBench) throws -> [ImageRequest] {
        [
            try bench.image(JobFiles.elf(Self.elf), at: nil, name: "application.elf"),
            try bench.image(JobFiles.hex(Self.hex), at: nil, name: "table.hex"),
            try bench.image(Self.binary.bytes, at: Self.binary.address, name: "pictures.bin"),
        ]
    }

    @Test(arguments: Kind.allCases) func `programs a mixed image and keeps what it shares sectors with`(
        kind: Kind
    ) async throws {
        let bench = try JobBench(kind) { $0.flashContents = Self.used }
        let images = try mixedImages(bench)
        let expected = Self.used.holding(Self.pieces)

        let report = try await bench.client().program(ProgramRequest(images: images))
        bench.expectCells(expected)
        #expect(report.images.map(\.format) == ["elf", "hex", "bin"])
        #expect(report.images.map(\.segments) == [3, 2, 1])
        #expect(report.images.reduce(0) { $0 + $1.bytes } == UInt64(Self.byteCount))
        #expect(report.bytesErased == 4096 * 10)
        #expect(report.bytesKept > 0)
        #expect(report.verification.bytes >= UInt64(Self.byteCount))
        #expect(report.timing.clock == .virtual)

        let verified = try await bench.client().verify(ImageSetRequest(images))
        #expect(verified.verification.bytes == UInt64(Self.byteCount))
        // What is there already is neither erased nor programmed again.
        let second = try await bench.client().program(ProgramRequest(images: images))
        #expect(second.bytesErased == 0 && second.bytesProgrammed == 0)
        bench.expectCells(expected)
    }

    @Test(arguments: [Kind.stlinkV3, .cmsisDAPv2], [nil, "stm32h743"])
    func `works on the part with one core, asked for or found`(
        kind: Kind, target: String?
    ) async throws {
        let bench = try JobBench(kind) { ($0.part, $0.flashContents) = ("stm32h743", Self.used) }
        // The seed board is one with two cores; its loader uses nothing of the second.
        bench.adjust = { ($0.target, $0.loader) = (target, "w25q128-stm32h745xi-bk2.stldr") }
        let found = try #require(try await bench.client().info().target)
        #expect(found.definition == "stm32h743" && found.device?.cores == 1, "\(found)")
        #expect(found.secondCore.state == .absent, "\(found)")

        let images = try mixedImages(bench)
        _ = try await bench.client().program(ProgramRequest(images: images))
        bench.expectCells(Self.used.holding(Self.pieces))
        let verified = try await bench.client().verify(ImageSetRequest(images))
        #expect(verified.verification.bytes == UInt64(Self.byteCount))
    }

    @Test(arguments: Kind.allCases) func `reads back any start and length`(kind: Kind) async throws {
        let bench = try JobBench(kind) { $0.flashContents = Self.used.holding(Self.pieces) }
        let cells = bench.cells
        let ranges: [(start: UInt32, count: Int)] = [
            (0x9000_0000, 1), (0x9000_0001, 3), (0x9000_0FFD, 4_103), (0x9004_5671, 9_001),
            // The part cannot read its last 32 bytes through the map.
            (0x90FF_FFE0, 32), (0x90FF_FFFF, 1), (0x90FF_FF01, 255),
        ]
        for (start, count) in ranges {
            let report = try await bench.client().read(
                ReadRequest(range: "\(start.hex)+\(count)", path: bench.scratch.path("back.bin")))
            let offset = Int(start - JobBench.flashStart)
            let expected = cells[offset..<offset + count]
            #expect(try bench.scratch.contents("back.bin") == Array(expected), "\(start.hex)+\(count)")
            #expect(report.crc32 == JobFiles.crc32(expected).hex)
        }
        bench.expectCells(cells)
    }

    @Test(arguments: Kind.allCases) func `erases and checks ranges`(kind: Kind) async throws {
        let bench = try JobBench(kind) { $0.flashContents = Self.used }
        var expected = Self.used
        let erased = try await bench.client().erase(.ranges(["0x90003000..0x90005000"], widen: false))
        expected.replaceSubrange(0x3000..<0x5000, with: repeatElement(0xFF, count: 0x2000))
        bench.expectCells(expected)
        #expect(erased.bytesErased == 0x2000)
        let blank = try await bench.client().blankCheck("0x90003000+8k")
        #expect(blank.ranges.map(\.bytes) == [0x2000])

        // A range across what is blank and what is not.
        let found = try await #require(throws: WorkbenchError.self) {
            _ = try await bench.client().blankCheck("0x90003001+0x2001")
        }
        #expect(FailureClass(of: found) == .notBlank)
        #expect(found.summary.contains(UInt32(0x9000_5000).hex), "\(found.summary)")

        // Not whole sectors: refused as it stands, done when it may be widened.
        let refused = try await #require(throws: WorkbenchError.self) {
            _ = try await bench.client().erase(.ranges(["0x90006001+1"], widen: false))
        }
        #expect(FailureClass(of: refused) == .refused)
        bench.expectCells(expected)
        _ = try await bench.client().erase(.ranges(["0x90006001+1"], widen: true))
        expected.replaceSubrange(0x6000..<0x7000, with: repeatElement(0xFF, count: 0x1000))
        bench.expectCells(expected)

        let sum = try await bench.client().checksum("0x90000003+0x7ffe")
        #expect(sum.crc32 == JobFiles.crc32(expected[3..<0x8001]).hex)
        #expect(sum.bytes == 0x7FFE)
    }

    @Test func `erases everything`() async throws {
        let bench = try JobBench { $0.flashContents = Self.used }
        _ = try await bench.client().erase(.all)
        bench.expectCells([UInt8](repeating: 0xFF, count: JobBench.flashSize))
    }

    @Test(arguments: ImageFormat.allCases) func `reads back into any format`(
        format: ImageFormat
    ) async throws {
        let bench = try JobBench { $0.flashContents = Self.used }
        let path = bench.scratch.path("back")
        _ = try await bench.client().read(ReadRequest(range: "0x9000ff81+300", path: path, format: format))
        // Onto an erased board: the file alone says what goes where.
        let other = try JobBench()
        let image = ImageRequest(path: path, address: format == .binary ? 0x9000_FF81 : nil, format: format)
        _ = try await other.client().program(ProgramRequest(images: [image]))
        var expected = [UInt8](repeating: 0xFF, count: JobBench.flashSize)
        expected.replaceSubrange(0xFF81..<0x100AD, with: Self.used[0xFF81..<0x100AD])
        other.expectCells(expected)
    }

    @Test func `does not keep what it is told to discard`() async throws {
        let bench = try JobBench { $0.flashContents = Self.used }
        let bytes = randomBytes(100, seed: 9)
        try await bench.program(bytes, at: 0x9000_1010) { $0.keepsShared = false }
        var expected = Self.used
        expected.replaceSubrange(0x1000..<0x2000, with: repeatElement(0xFF, count: 0x1000))
        expected.replaceSubrange(0x1010..<0x1010 + 100, with: bytes)
        bench.expectCells(expected)
    }

    @Test func `is read back where nothing on the target can hash`() async throws {
        let bench = try JobBench { $0.flashContents = Self.used }
        bench.adjust = { $0.engine = .loader }
        let bytes = randomBytes(5_000, seed: 10)
        let report = try await bench.program(bytes, at: 0x9000_0801) { $0.verify = .hash }
        #expect(report.verification.method == "read")
        #expect(report.warnings.contains { $0.contains("hash") }, "\(report.warnings)")
        bench.expectCells(Self.used.holding([Piece(address: 0x9000_0801, bytes: bytes)]))
    }
}
