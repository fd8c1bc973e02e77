// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import BenchTestKit
import Essentials
import ShippedConfiguration
import Testing

@testable import SimulatedBench
@testable import Workbench

/// Boards whose files name no loader, each programmed with one that is made from its file.
@Suite struct `A loader made from a board's file` {
    private static let used = MadeLoaderBench.used
    private static let single = [
        "daisy-seed", "devebox-stm32h743", "devebox-stm32h750", "weact-ministm32h743", "weact-ministm32h750",
        "generic-stm32h743-bank1", "generic-stm32h743-bank2", "generic-stm32h745-bank1",
        "generic-stm32h745-bank2",
    ]
    private static let dual = [
        "stm32h745i-disco", "stm32h747i-disco", "stm32h750b-dk", "generic-stm32h743-dual",
        "generic-stm32h745-dual",
    ]

    /// Within a used sector, 64 KiB across blocks, and up to an odd byte.
    private static let pieces = [
        Piece(0x9000_0111, 0x333, seed: 82), Piece(0x9001_E000, 0x1_0001, seed: 83),
    ]

    private func programs(_ bench: JobBench) async throws {
        let image = try bench.image(JobFiles.hex(Self.pieces), at: nil, name: "pieces.hex")
        let report = try await bench.client().program(ProgramRequest(images: [image]))
        #expect(report.warnings == [])
        for piece in Self.pieces {
            #expect(MadeLoaderBench.cells(bench, piece.bytes.count, at: piece.address) == piece.bytes)
            let path = bench.scratch.path("read.bin")
            let range = "\(piece.address.hex)+\(piece.bytes.count)"
            _ = try await bench.client().read(ReadRequest(range: range, path: path))
            #expect(try bench.scratch.contents("read.bin") == piece.bytes)
        }
        _ = try await bench.client().verify(ImageSetRequest([image]))
        #expect(MadeLoaderBench.cells(bench, 0x111, at: 0x9000_0000) == Array(Self.used[..<0x111]))
        #expect(MadeLoaderBench.cells(bench, 16, at: 0x9000_0444) == Array(Self.used[0x444..<0x454]))
    }

    @Test(arguments: single, [EngineChoice.loader, .auto])
    func `programs, verifies and reads back`(board: String, engine: EngineChoice) async throws {
        try await programs(MadeLoaderBench.make(board, engine: engine))
    }

    @Test(arguments: single.prefix(1)) func `lets the agent take over`(board: String) async throws {
        let bench = try MadeLoaderBench.make(board, engine: .agent)
        try await programs(bench)
    }

    @Test(arguments: dual) func `drives two chips as one memory`(board: String) async throws {
        try await programs(MadeLoaderBench.make(board))
    }

    @Test(arguments: ["daisy-seed", "stm32h745i-disco"], [BenchConfiguration.Application.mapped, .caches])
    func `finds its way after an application`(board: String, app: BenchConfiguration.Application) async throws
    {
        let bench = try MadeLoaderBench.make(board) { $0.application = app }
        try await programs(bench)
    }

    /// The part answers with an id that no file has, and describes itself.
    @Test(arguments: ["generic-stm32h743-bank1", "generic-stm32h743-dual"], ["w25q128jv", "w25q512jv"])
    func `goes by what an unknown flash says of itself`(board: String, flash: String) async throws {
        let bench = try MadeLoaderBench.make(board) { configuration in
            for index in configuration.board.chips.indices {
                configuration.board.chips[index].flash = flash
                configuration.chipFaults[configuration.board.chips[index].wiring.bank] = .wrongID
            }
        }
        try await programs(bench)
    }

    @Test(arguments: ["daisy-seed", "stm32h745i-disco"]) func `says that no flash answers`(
        board: String
    ) async throws {
        let bench = try MadeLoaderBench.make(board) { $0.flashFault = .absent }
        let error = try await #require(throws: WorkbenchError.self) { try await bench.program([1, 2, 3]) }
        #expect(error.failureClass == .flashSilent, "\(error.story)")
    }

    @Test func `says which flash it cannot be made for, before the board is touched`() async throws {
        let bench = try MadeLoaderBench.make("daisy-seed")
        let file = try #require(ShippedConfiguration.bytes(of: "boards/daisy-seed.yaml"))
        let shipped = String(decoding: file, as: UTF8.self)
        for (flash, code) in [("s25hl02gt", "BLD-006"), ("s25hl512t", "BLD-007")] {
            let text = shipped.replacing("flash: is25lp064", with: "flash: \(flash)")
            let path = try bench.scratch.file("board.yaml", Array(text.utf8))
            bench.adjust = { $0.board = path }
            let error = try await #require(throws: WorkbenchError.self) { try await bench.program([1]) }
            #expect(error.code == code && error.failureClass == .configurationInvalid, "\(error.story)")
        }
    }
}

/// A part in the place of the first board's own, with a loader that is made for it.
@Suite struct `Loaders made for each family of flash` {
    private static let used = randomBytes(0x2_0000, seed: 91)
    /// Mebibytes.
    private static let parts: [(name: String, size: UInt32)] = [
        ("w25q128jv", 16), ("w25q128fv", 16), ("w25q256jv", 32), ("w25q512jv", 64), ("mt25ql128ab", 16),
        ("mt25ql256ab", 32), ("mt25ql512ab", 64), ("n25q128a", 16), ("mx25l12835f", 16),
        ("mx25l25645g", 32), ("mx25l51245g", 64), ("is25lp064", 8), ("is25lp128", 16), ("is25lp256", 32),
        ("gd25q64", 8), ("gd25q128", 16), ("gd25q256", 32), ("s25fl128s", 16), ("s25fl256s", 32),
    ]

    @Test(arguments: parts.map(\.name), [EngineChoice.loader, .auto])
    func `program, verify and read back from the first byte to the last`(
        part: String, engine: EngineChoice
    ) async throws {
        let size = try #require(Self.parts.first { $0.name == part }?.size) << 20
        let bench = try FamilyBench(part, nil, used: Self.used, engine: engine)
        let pieces = [
            Piece(0x9000_0010, 0x330, seed: 92), Piece(0x9000_F000, 0x1800, seed: 93),
            Piece(0x9000_0000 + size - 0x1230, 0x1230, seed: 94),
        ]
        try await bench.program(pieces)
        #expect(try bench.cells(16, at: 0x9000_0000) == Array(Self.used[..<16]))
        #expect(try bench.cells(16, at: 0x9001_0800) == Array(Self.used[0x1_0800..<0x1_0810]))
    }

    /// A mode that somebody left it in, or four lines that are not enabled.
    @Test(arguments: left) func `find the flash in whatever mode it was left`(
        part: String, fault: BenchConfiguration.FlashFault
    ) async throws {
        let bench = try FamilyBench(part, nil, used: Self.used, fault: fault, engine: .auto)
        try await bench.program([Piece(0x9000_2000, 0x500, seed: 96)])
    }
    private static let left: [(String, BenchConfiguration.FlashFault)] = [
        ("w25q128jv", .quadDisabled), ("w25q128jv", .qpi), ("w25q128jv", .continuousRead),
        ("w25q256jv", .continuousRead), ("w25q128jv", .poweredDown), ("mt25ql256ab", .qpi),
        ("mt25ql256ab", .poweredDown), ("mx25l25645g", .quadDisabled), ("mx25l25645g", .qpi),
        ("mx25l25645g", .continuousRead), ("is25lp256", .quadDisabled), ("is25lp256", .qpi),
        ("is25lp064", .continuousRead), ("gd25q128", .quadDisabled), ("gd25q128", .continuousRead),
        ("s25fl256s", .quadDisabled), ("s25fl256s", .continuousRead),
    ]

    @Test(arguments: parts.map(\.name))
    func `wait as long as the part may take`(part: String) async throws {
        let bench = try FamilyBench(part, nil, .cmsisDAPv2, used: Self.used, times: .maximum)
        try await bench.program([Piece(0x9000_2000, 0x500, seed: 95)])
    }

    /// Mebibytes, those of a die, and whether the agent may take over: a map shows no more than a die of the others.
    private static let stacked: [(name: String, size: UInt32, die: UInt32, isMapped: Bool)] = [
        ("w25q01jv", 128, 64, true), ("w25q02jv", 256, 64, true), ("mt25ql02gc", 256, 64, false),
        ("n25q00aa", 128, 32, false),
    ]

    @Test(arguments: stacked.map(\.name), [EngineChoice.loader, .auto])
    func `work in every die, and across the end of each`(part: String, engine: EngineChoice) async throws {
        let chip = try #require(Self.stacked.first { $0.name == part })
        let bench = try FamilyBench(part, nil, used: Self.used, engine: engine)
        let ends = stride(from: chip.die, to: chip.size, by: Int(chip.die)).map { $0 << 20 }
        let pieces =
            [Piece(0x9000_0010, 0x330, seed: 97)]
            + ends.map { Piece(0x9000_0000 + $0 - 0x210, 0x423, seed: 98) }
            + [Piece(0x9000_0000 + (chip.size << 20) - 0x120, 0x120, seed: 99)]
        try await bench.program(pieces)
        #expect(try bench.cells(16, at: 0x9000_0000) == Array(Self.used[..<16]))
    }

    @Test(arguments: stacked.map(\.name))
    func `are mapped where a read goes on from die to die`(part: String) async throws {
        let chip = try #require(Self.stacked.first { $0.name == part })
        let bench = try FamilyBench(part, nil, used: Self.used, engine: .agent)
        let piece = [Piece(0x9000_2000, 0x500, seed: 96)]
        guard !chip.isMapped else { return try await bench.program(piece) }
        let error = try await bench.failure(piece)
        #expect(error.chain.contains { $0.summary.contains("mapped") }, "\(error.story)")
    }
}
