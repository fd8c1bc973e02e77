// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import TestLoaders
import Testing

@testable import SimulatedBench
@testable import Workbench

/// A part, and a loader in one of the styles in use.
struct FamilyLoader: CustomTestStringConvertible, Sendable {
    let part: String
    let loader: TestLoader
    /// Bytes.
    let size: UInt32
    var testDescription: String { loader.rawValue }

    init(_ part: String, _ loader: TestLoader, mebibytes: UInt32) {
        (self.part, self.loader, size) = (part, loader, mebibytes << 20)
    }

    static let all = [
        FamilyLoader("w25q256jv", .winbondHAL, mebibytes: 32),
        FamilyLoader("w25q512jv", .winbondRegisters, mebibytes: 64),
        FamilyLoader("mt25ql512ab", .micronHAL, mebibytes: 64),
        FamilyLoader("mt25tl01g", .micronHAL, mebibytes: 64),
        FamilyLoader("n25q128a", .micronRegisters, mebibytes: 16),
        FamilyLoader("mx25l25645g", .macronixHAL, mebibytes: 32),
        FamilyLoader("mx25l12835f", .macronixRegisters, mebibytes: 16),
        FamilyLoader("is25lp256", .issiHAL, mebibytes: 32),
        FamilyLoader("is25lp064", .issiRegisters, mebibytes: 8),
        FamilyLoader("gd25q128", .gigadeviceHAL, mebibytes: 16),
        FamilyLoader("gd25q256", .gigadeviceRegisters, mebibytes: 32),
        FamilyLoader("s25fl256s", .spansionHAL, mebibytes: 32),
        FamilyLoader("s25hl512t", .spansionRegisters, mebibytes: 64),
    ]
}

@Suite struct `Loaders for each family of flash` {
    private static let used = randomBytes(0x2_0000, seed: 71)

    @Test(arguments: FamilyLoader.all, [EngineChoice.loader, .auto])
    func `program, verify and read back from the first byte to the last`(
        row: FamilyLoader, engine: EngineChoice
    ) async throws {
        let bench = try FamilyBench(row.part, row.loader, used: Self.used, engine: engine)
        // Within the first sector, across the first boundary of 64 KiB, and up to the last byte.
        let pieces = [
            Piece(0x9000_0010, 0x330, seed: 72), Piece(0x9000_F000, 0x1800, seed: 73),
            Piece(0x9000_0000 + row.size - 0x1230, 0x1230, seed: 74),
        ]
        try await bench.program(pieces)
        // What lay beside them is as it was.
        #expect(try bench.cells(16, at: 0x9000_0000) == Array(Self.used[..<16]))
        #expect(try bench.cells(16, at: 0x9001_0800) == Array(Self.used[0x1_0800..<0x1_0810]))
    }

    @Test(arguments: FamilyLoader.all, [EngineChoice.loader, .auto])
    func `wait as long as the part may take`(row: FamilyLoader, engine: EngineChoice) async throws {
        let bench = try FamilyBench(
            row.part, row.loader, .cmsisDAPv2, used: Self.used, times: .maximum, engine: engine)
        try await bench.program([Piece(0x9000_2000, 0x500, seed: 75)])
    }
}
