// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Foundation
import ShippedConfiguration
import TestLoaders
import Testing

@testable import SimulatedBench
@testable import Workbench

/// The first board with another flash in the place of its own, in the board's file as on the board.
struct FamilyBench {
    let bench: JobBench
    let start = JobBench.flashStart
    private let engine: EngineChoice

    /// Has the loader's own functions called, unless `engine` says otherwise; without one it is made from the board's file.
    ///
    /// `times` as drawn for every operation; the array is written where a job will work.
    init(
        _ part: String, _ loader: TestLoader?, _ probe: BenchConfiguration.ProbeKind = .stlinkV3,
        used: [UInt8] = [], times: BenchConfiguration.BusyTimes = .typical,
        fault: BenchConfiguration.FlashFault = .none, engine: EngineChoice = .loader
    ) throws {
        self.engine = engine
        bench = try JobBench(probe) {
            for index in $0.board.chips.indices { $0.board.chips[index].flash = part }
            ($0.flashContents, $0.busyTimes, $0.flashFault) = (used, times, fault)
        }
        let shipped = try #require(ShippedConfiguration.bytes(of: "boards/stm32h745xi-w25q128.yaml"))
        let text = String(decoding: shipped, as: UTF8.self)
            .replacing("flash: w25q128jv", with: "flash: \(part)")
            .replacing("loader: w25q128-stm32h745xi-bk2.stldr\n", with: "")
        let board = try bench.scratch.file("board.yaml", Array(text.utf8))
        bench.adjust = { ($0.board, $0.loader, $0.engine) = (board, loader?.path, engine) }
    }

    /// What the cells hold, past every controller and loader, without a copy of all of them.
    func cells(_ count: Int, at address: UInt32) throws -> [UInt8] {
        let flash = try #require(bench.machine.flash)
        flash.settle()
        let first = Int(address - start)
        return (first..<first + count).map { flash.array[$0] }
    }

    /// Programs the pieces, verifies them, and reads each back through the loader.
    func program(_ pieces: [Piece]) async throws {
        let image = try bench.image(JobFiles.hex(pieces), at: nil, name: "pieces.hex")
        let report = try await bench.client().program(ProgramRequest(images: [image]))
        if engine == .loader { #expect(report.verification.method == "read") }
        for piece in pieces {
            #expect(try cells(piece.bytes.count, at: piece.address) == piece.bytes)
            let path = bench.scratch.path("read.bin")
            _ = try await bench.client().read(
                ReadRequest(range: "\(piece.address.hex)+\(piece.bytes.count)", path: path))
            #expect(try bench.scratch.contents("read.bin") == piece.bytes)
        }
        _ = try await bench.client().verify(ImageSetRequest([image]))
    }

    /// The error of a job that must not succeed.
    func failure(_ pieces: [Piece]) async throws -> WorkbenchError {
        let image = try bench.image(JobFiles.hex(pieces), at: nil, name: "pieces.hex")
        return try await #require(throws: WorkbenchError.self) {
            _ = try await bench.client().program(ProgramRequest(images: [image]))
        }
    }
}
