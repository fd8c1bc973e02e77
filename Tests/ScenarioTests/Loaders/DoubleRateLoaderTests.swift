// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import TestLoaders
import Testing

@testable import FlashController
@testable import SimulatedBench
@testable import Workbench

@Suite struct `Loaders that read at double transfer rate` {
    private static let used = randomBytes(0x2_0000, seed: 171)
    private static let rows = [
        FamilyLoader("w25q128jv-im", .winbondDTR, mebibytes: 16),
        FamilyLoader("mt25ql512ab", .micronDTRProtocol, mebibytes: 64),
    ]

    /// The agent leaves such a map to the loader, whichever engine is asked for.
    @Test(arguments: rows, [EngineChoice.loader, .auto])
    func `program, verify and read back from the first byte to the last`(
        row: FamilyLoader, engine: EngineChoice
    ) async throws {
        let bench = try FamilyBench(row.part, row.loader, used: Self.used, engine: engine)
        try await bench.program([
            Piece(0x9000_0010, 0x330, seed: 172), Piece(0x9000_F000, 0x1800, seed: 173),
            Piece(0x9000_0000 + row.size - 0x1230, 0x1230, seed: 174),
        ])
        #expect(try bench.cells(16, at: 0x9000_0000) == Array(Self.used[..<16]))
        #expect(try bench.cells(16, at: 0x9001_0800) == Array(Self.used[0x1_0800..<0x1_0810]))
    }

    /// Asked at single rate the flash answers something else than its id; the debugger asks it on both edges then.
    @Test func `have their flash known as what it is`() async throws {
        let bench = try FamilyBench("mt25ql512ab", .micronDTRProtocol, used: Self.used)
        let image = try bench.bench.image([1, 2, 3, 4], at: bench.start)
        let report = try await bench.bench.client().program(ProgramRequest(images: [image]))
        #expect(!report.warnings.contains { "\($0)".contains("JEDEC") }, "\(report.warnings)")
        #expect(try bench.cells(4, at: bench.start) == [1, 2, 3, 4])
    }
}
