// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashController
import FlashLoader
import FlashProgramming
import TestLoaders
import Testing
import Workbench

@testable import SimulatedBench

/// Loaders whose sector table ends long before the flash does.
@Suite struct `A sector table shorter than the flash` {
    private static let used = randomBytes(JobBench.flashSize, seed: 41)
    /// From the middle of the last sector of the table to behind it, and far behind it, both within sectors.
    private static let pieces = [
        Piece(0x900F_8000, 0x1_1000, seed: 42), Piece(0x9080_1230, 0x2_0000, seed: 43),
    ]

    private func bench(_ loader: TestLoader) throws -> JobBench {
        let bench = try JobBench { $0.flashContents = Self.used }
        bench.adjust = { $0.loader = loader.path }
        return bench
    }

    @Test func `goes on where the chip erases such sectors: programmed, verified and read back`() async throws
    {
        let bench = try bench(.shortTable)
        let image = try bench.image(JobFiles.hex(Self.pieces), at: nil, name: "pieces.hex")
        let report = try await bench.client().program(ProgramRequest(images: [image]))
        bench.expectCells(Self.used.holding(Self.pieces))
        #expect(report.verification.method == "read")
        let warning = try #require(report.warnings.first)
        #expect(warning.contains("add up to 1048576 bytes, its flash size is 16777216"), "\(warning)")
        #expect(warning.contains("erased in sectors of 65536 bytes too"), "\(warning)")
        #expect(!warning.contains("only the first"), "\(warning)")

        _ = try await bench.client().verify(ImageSetRequest([image]))
        let erased = try await bench.client().erase(.ranges(["0x90FF0000+64K"], widen: false))
        #expect(erased.bytesErased == 0x1_0000)
        #expect(bench.cells(0x1_0000, at: 0x90FF_0000).allSatisfy { $0 == 0xFF })
        #expect(bench.cells(16, at: 0x90FE_FFF0) == Array(Self.used[0xFE_FFF0..<0xFF_0000]))
    }

    @Test func `goes on by what an unknown chip says of itself`() throws {
        let bench = try LoaderBench()
        let image = try LoaderFile(reading: TestLoader.shortTable.bytes(), fileName: "short-table.stldr")
        let loader = try bench.load(image, chips: ChipCatalog())
        try loader.initialize()
        let geometry = try LoaderEngine(loader).geometry
        #expect(geometry.range.count == JobBench.flashSize)
        #expect(geometry.warnings.map(\.description).contains { $0.contains("as it describes itself") })
    }

    @Test func `is the end where its sectors are no erase unit of the chip`() async throws {
        let bench = try bench(.foreignSectors)
        let image = try bench.image(JobFiles.hex(Self.pieces), at: nil, name: "pieces.hex")
        let error = try await bench.expectFailure(.loaderInvalid, "FLS-018") { bench in
            _ = try await bench.client().program(ProgramRequest(images: [image]))
        }
        #expect(error.story.contains("0x90000000..0x90100000"), "\(error.story)")
        #expect(error.story.contains("cannot be erased in sectors of 131072 bytes"), "\(error.story)")
        #expect(error.story.contains("4096, 32768, 65536 bytes"), "\(error.story)")
        #expect(ErrorReport(error).remedies.contains { $0.contains("StorageInfo") })

        let range = try await bench.expectFailure(.loaderInvalid, "FLS-018") { bench in
            _ = try await bench.client().erase(.ranges(["0x90800000+128K"], widen: false))
        }
        #expect(range.story.contains("the range 0x90800000..0x90820000 lies in the flash"), "\(range.story)")
        // All is more than the sectors reach.
        try await bench.expectFailure(.loaderInvalid, "FLS-018") { bench in
            _ = try await bench.client().erase(.all)
        }
    }

    @Test func `serves all that it describes, whatever its units`() async throws {
        let bench = try bench(.foreignSectors)
        let piece = Piece(0x9002_1000, 0x1_8000, seed: 44)
        let report = try await bench.program(piece.bytes, at: piece.address)
        bench.expectCells(Self.used.holding([piece]))
        #expect(
            report.warnings.contains { $0.contains("only the first 1048576 bytes") }, "\(report.warnings)")
    }
}
