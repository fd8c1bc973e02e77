// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashLoader
import TestLoaders
import Testing

@testable import SimulatedBench
@testable import Workbench

/// Loaders whose Init says that it succeeded although it set up another board.
@Suite struct `A loader for another board` {
    private static let board = "stm32h745xi-w25q128"
    private static let before = randomBytes(0x2_0000, seed: 90)
    private static let image = Piece(0x9000_0000, 0x1800, seed: 91)

    /// Programs with the loader; the flash must be as it was.
    private func failure(
        of loader: TestLoader, on board: String?, _ probe: BenchConfiguration.ProbeKind = .stlinkV3
    ) async throws -> WorkbenchError {
        let bench = try JobBench(probe) { $0.flashContents = Self.before }
        let cells = bench.cells
        bench.adjust = { ($0.board, $0.loader) = (board, loader.path) }
        let error = try await #require(throws: WorkbenchError.self) {
            try await bench.program(Self.image.bytes, at: Self.image.address)
        }
        bench.expectCells(cells)
        #expect(error.failureClass == .loaderFailed, "\(error.story)")
        return error
    }

    @Test(arguments: [BenchConfiguration.ProbeKind.stlinkV3, .stlinkV2, .cmsisDAPv2])
    func `is told by its bank before anything is erased`(probe: BenchConfiguration.ProbeKind) async throws {
        let error = try await failure(of: .otherBank, on: Self.board, probe)
        #expect(error.code == "LDR-035")
        #expect(
            error.summary.contains(
                "the loader selected bank 1, the board's flash is on bank 2; nothing answers on bank 1"))
        #expect(error.summary.contains("answers on bank 2"))
    }

    @Test func `is told by its bank without a board file as well`() async throws {
        let error = try await failure(of: .otherBank, on: nil)
        #expect(error.code == "LDR-035")
        #expect(error.summary.contains("nothing answers on bank 1"))
        #expect(error.summary.contains("a flash with JEDEC id ef 40 18 answers on bank 2"))
    }

    @Test func `is told by one wrong alternate function`() async throws {
        let error = try await failure(of: .wrongFunction, on: Self.board)
        #expect(error.code == "LDR-035")
        #expect(error.summary.contains("PH2 (IO0) is alternate function 10, not alternate function 9"))
        #expect(error.summary.contains("set up as the board file says, the flash on bank 2 answers"))
    }

    @Test func `is told by the clock of one port, although the flash answers on one line`() async throws {
        let error = try await failure(of: .missingClock, on: Self.board)
        #expect(error.code == "LDR-035")
        #expect(error.summary.contains("the clock of GPIOG is off (IO2, IO3)"))
    }
}
