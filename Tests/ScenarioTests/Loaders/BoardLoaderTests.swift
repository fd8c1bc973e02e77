// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import HardwareDescription
import ShippedConfiguration
import Testing

@testable import SimulatedBench
@testable import Workbench

/// What a made loader takes from the board's file, and what keeps one from being made.
@Suite struct `The file of a board that a loader is made for` {
    private static func shipped(_ name: String) throws -> String {
        let bytes = try #require(ShippedConfiguration.bytes(of: "boards/\(name).yaml"))
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Exported, and written down again by what its Init does.
    @Test(arguments: [
        "daisy-seed", "devebox-stm32h743", "weact-ministm32h750", "stm32h745xi-w25q128", "stm32h745i-disco",
        "stm32h747i-disco",
    ])
    func `is what its Init shows`(board: String) async throws {
        let bench = try JobBench()
        let path = bench.scratch.path("\(board).stldr")
        bench.adjust = { $0.board = board }
        _ = try await bench.client().exportLoader(ExportRequest(path: path))
        bench.adjust = { _ in }
        let inferred = try await bench.client().inferBoard(of: path, output: nil)
        let wanted = try BoardDefinition(yaml: Self.shipped(board), file: board)
        let found = try BoardDefinition(yaml: inferred.text, file: "inferred.yaml")
        #expect(found.mode == wanted.mode && found.sharesSelect == wanted.sharesSelect)
        #expect(found.banks.map(\.number) == wanted.banks.map(\.number))
        for (one, other) in zip(found.banks, wanted.banks) {
            #expect(one.pins.map(\.name) == other.pins.map(\.name))
            #expect(one.pins.map(\.function) == other.pins.map(\.function))
        }
    }

    @Test(arguments: [(4, 15), (10, 6), (20, 3), (100, 1)])
    func `says how fast its lines are`(megahertz: UInt32, prescaler: UInt8) async throws {
        let bench = try MadeLoaderBench.make("daisy-seed", engine: .loader)
        let text = try Self.shipped("daisy-seed")
            .replacing("quadspi:\n", with: "quadspi:\n  maximum-megahertz: \(megahertz)\n")
        let board = try bench.scratch.file("board.yaml", Array(text.utf8))
        bench.adjust = { ($0.board, $0.engine) = (board, .loader) }
        try await bench.program([1, 2, 3])
        #expect(MadeLoaderBench.cells(bench, 3, at: JobBench.flashStart) == [1, 2, 3])
        let path = bench.scratch.path("mine.stldr")
        _ = try await bench.client().exportLoader(ExportRequest(path: path))
        let file = try bench.scratch.contents("mine.stldr")
        // 64 MHz, divided by so many and one more; CR's other bits are those of bank 1, with the FIFO's flag at 16 bytes.
        let control = [0x11, 0x0F, 0x40, prescaler]
        // Not within the expectation, which would write each of its parts down.
        let isThere = file.indices.contains { file[$0...].starts(with: control) }
        #expect(isThere)
    }

    /// A board's file, what is replaced in it, and the code of what is told.
    private static let mistakes: [(board: String, old: String, new: String, code: String)] = [
        ("generic-stm32h743-dual", "mode: dual", "mode: single", "BLD-002"),
        (
            "stm32h745i-disco", "bank: 2\n      flash: mt25tl01g", "bank: 2\n      flash: mt25ql512ab",
            "BLD-003"
        ),
        ("generic-stm32h743-bank1", "mode", "mode", "BLD-004"),
        ("daisy-seed", "flash: is25lp064", "flash: s25hl02gt", "BLD-006"),
        ("daisy-seed", "flash: is25lp064", "flash: s25hl512t", "BLD-007"),
        ("daisy-seed", "quadspi:\n", "quadspi:\n  mapped: 0x9fff0000\n", "BLD-008"),
        ("daisy-seed", "target: stm32h743", "target: ./other.yaml", "BLD-001"),
    ]

    @Test(arguments: mistakes.indices) func `is told what is missing, with a remedy`(index: Int) async throws
    {
        let mistake = Self.mistakes[index]
        let bench = try JobBench()
        let target = """
            schema: 1
            name: other
            title: Another part
            parts: [STM32H7]
            extends: stm32h743
            quadspi:
              base: 0x52009000
              clock: {registers: [0x580244d4], bit: 14}
              reset: {register: 0x5802447c, bits: [14]}

            """
        _ = try bench.scratch.file("other.yaml", Array(target.utf8))
        let text = try Self.shipped(mistake.board).replacing(mistake.old, with: mistake.new)
        let board = try bench.scratch.file("board.yaml", Array(text.utf8))
        bench.adjust = { $0.board = board }
        let error = try await #require(throws: WorkbenchError.self) {
            _ = try await bench.client().exportLoader(ExportRequest(path: bench.scratch.path("x.stldr")))
        }
        #expect(error.code == mistake.code, "\(error.story)")
        #expect(error.failureClass == .configurationInvalid && !error.remedies.isEmpty)
    }

    /// It has no parameters to describe itself by.
    @Test func `leaves a flash open that nobody knows`() async throws {
        let bench = try MadeLoaderBench.make("generic-stm32h743-bank1") { configuration in
            configuration.board.chips[0].flash = "is25lp064"
            configuration.flashFault = .wrongID
        }
        let error = try await #require(throws: WorkbenchError.self) { try await bench.program([1]) }
        #expect(error.code == "BLD-005", "\(error.story)")
    }
}
