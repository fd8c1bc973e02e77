// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashProgramming
import TestLoaders
import Testing
import Workbench

@testable import SimulatedBench

/// In which units a written flash is erased, by what the loader makes of it.
@Suite struct `The units of an erase` {
    private static let used = randomBytes(0x20_0000, seed: 31)

    private func seconds(_ phase: String, of timing: Timing) -> Double {
        timing.phases.first { $0.name == phase }?.seconds ?? 0
    }

    @Test func `are blocks where the loader has them`() async throws {
        let bench = try JobBench { $0.flashContents = Self.used }
        let report = try await bench.program(randomBytes(0x10_0000, seed: 32))
        // 16 x 150 ms, and what the loader looks at afterwards; calls that cut blocks apart took 4.3 s.
        #expect(seconds("erase", of: report.timing) < 2.7)
        // A block wherever one page in each of some sectors shows that it has to go.
        #expect(seconds("survey", of: report.timing) < 0.15)
        #expect(report.bytesErased == 0x10_0000)
    }

    @Test func `are sectors where it has none, after two tries`() async throws {
        let bench = try JobBench { $0.flashContents = Self.used }
        bench.adjust = { $0.loader = TestLoader.sectorwiseErase.path }
        // Ten of sixteen sectors in each of 32 blocks, one page each.
        let pieces: [Piece] = (0..<320).map { index in
            let offset = index / 10 * 0x1_0000 + index % 10 * 0x1800
            return Piece(JobBench.flashStart + UInt32(offset), 16, seed: UInt64(index))
        }
        let image = try bench.image(JobFiles.hex(pieces), at: nil, name: "records.hex")
        let report = try await bench.client().program(ProgramRequest(images: [image]))
        #expect(Array(bench.cells[..<Self.used.count]) == Self.used.holding(pieces))
        #expect(report.bytesErased <= UInt64(pieces.count + 24) * 0x1000, "\(report.bytesErased / 0x1000)")

        let other = try JobBench { $0.flashContents = Self.used }
        let same = try other.image(JobFiles.hex(pieces), at: nil, name: "records.hex")
        let blocks = try await other.client().program(ProgramRequest(images: [same]))
        #expect(Array(other.cells[..<Self.used.count]) == Self.used.holding(pieces))
        #expect(blocks.bytesErased == 32 * 0x1_0000)
        #expect(blocks.bytesKept == blocks.bytesProgrammed - UInt64(pieces.count * 16))
    }

    @Test func `beyond what was asked are found after the first erase, with their extent`() async throws {
        let bench = try JobBench { $0.flashContents = Self.used }
        bench.adjust = { $0.loader = TestLoader.coarseErase.path }
        // All of a sector and most of the next.
        let piece = Piece(0x9003_4000, 8_000, seed: 33)
        let error = try await bench.expectFailure(.flashFailed, "FLS-010", leavingCells: false) { bench in
            try await bench.program(piece.bytes, at: piece.address)
        }
        #expect(error.story.contains("0x90034000..0x90035000"), "\(error.story)")
        #expect(
            error.story.contains("0x90030000..0x90040000 is blank now: up to 61440 bytes"), "\(error.story)")
        let cells = bench.cells
        #expect(cells[..<0x3_0000] == Self.used[..<0x3_0000])
        #expect(cells[0x4_0000..<Self.used.count] == Self.used[0x4_0000...])
        // What was read before, because it shares a sector, is not lost with the rest.
        #expect(cells[0x3_5f40..<0x3_6000] == Self.used[0x3_5f40..<0x3_6000])
        let summary = try #require(error.journal?.summary)
        #expect(summary.lost.isEmpty)
        let changed = AddressRangeSet(summary.erased + summary.programmed + summary.unknown)
        #expect(changed == AddressRangeSet([AddressRange(start: 0x9003_0000, count: 0x1_0000)]))
    }

    @Test func `of a whole blank flash are none`() async throws {
        let bench = try JobBench()
        let report = try await bench.client().erase(.all)
        #expect(report.bytesErased == 0 && seconds("erase", of: report.timing) == 0)
        #expect(report.timing.totalSeconds < 12)
    }

    @Test func `of a sector that holds nothing but a cell stuck are told as well`() async throws {
        let bench = try JobBench { $0.flashFault = .badCell }
        bench.adjust = { $0.engine = .loader }
        let error = try await bench.expectFailure(.flashFailed, "FLS-013") { bench in
            try await bench.program(randomBytes(0x2000, seed: 35))
        }
        #expect(error.story.contains("1 of 4096 bytes is not blank"), "\(error.story)")
        #expect(ErrorReport(error).remedies.contains { $0.contains("worn out") })
    }

    @Test func `that a cell does not take are told with what the sector holds`() async throws {
        let bench = try JobBench { configuration in
            configuration.flashFault = .badCell
            configuration.flashContents = Self.used
        }
        bench.adjust = { $0.engine = .loader }
        let error = try await bench.expectFailure(.flashFailed, "FLS-013", leavingCells: false) { bench in
            try await bench.program(randomBytes(0x2000, seed: 34))
        }
        #expect(
            error.story.contains(/now 1 of \d+ bytes is not blank, first 0x[0-9a-f]{2} at 0x9000/),
            "\(error.story)")
        let report = ErrorReport(error)
        #expect(report.code == "FLS-013" && report.passedThrough.isEmpty)
        #expect(report.causes.map(\.code) == ["LDR-030"])
        #expect(report.remedies.contains { $0.contains("worn out") }, "\(report.remedies)")
    }
}
