// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import FlashLoader
import Testing

@testable import Workbench

/// What `loader export` writes, used as anybody else's loader is.
@Suite struct `An exported loader` {
    private func export(
        _ board: String, to name: String, flash: String? = nil, on bench: JobBench
    ) async throws -> String {
        let path = bench.scratch.path(name)
        let adjust = bench.adjust
        defer { bench.adjust = adjust }
        bench.adjust = { $0.board = board }
        let report = try await bench.client().exportLoader(ExportRequest(path: path, flash: flash))
        #expect(report.file == path && report.board == board)
        return path
    }

    @Test(arguments: ["seed.stldr", "seed.FLM"]) func `programs a mebibyte on the first board`(
        file: String
    ) async throws {
        let bench = try JobBench()
        let path = try await export("stm32h745xi-w25q128", to: file, on: bench)
        bench.adjust = { ($0.loader, $0.engine) = (path, .loader) }
        let image = randomBytes(1 << 20, seed: 101)
        let report = try await bench.program(image)
        #expect(report.verification.method == "read" && report.loader == file)
        #expect(bench.cells(image.count, at: JobBench.flashStart) == image)
    }

    @Test(arguments: ["disco.stldr", "disco.FLM"]) func `drives two chips as one memory`(
        file: String
    ) async throws {
        let bench = try MadeLoaderBench.make("stm32h747i-disco", engine: .loader)
        let path = try await export("stm32h747i-disco", to: file, on: bench)
        bench.adjust = { ($0.board, $0.loader, $0.engine) = ("stm32h747i-disco", path, .loader) }
        let piece = Piece(0x9000_2F01, 0x3001, seed: 102)
        try await bench.program(piece.bytes, at: piece.address)
        #expect(MadeLoaderBench.cells(bench, piece.bytes.count, at: piece.address) == piece.bytes)
    }

    @Test(arguments: ["daisy-seed", "stm32h745i-disco", "stm32h745xi-w25q128"], ["mine.stldr", "mine.FLM"])
    func `is found sound, in the vendor's layout as well`(board: String, file: String) async throws {
        let bench = try JobBench()
        let path = try await export(board, to: file, on: bench)
        bench.adjust = { ($0.board, $0.layout) = (board, .vendor) }
        let report = try await bench.client().checkLoader(path, tries: true)
        #expect(report.findings.isEmpty && report.verdict == .sound, "\(report.findings.map(\.text))")
    }

    /// ST's tool finds a loader for a mass erase by that.
    @Test func `is called as its file is`() async throws {
        let bench = try JobBench()
        let path = try await export("daisy-seed", to: "My board.stldr", on: bench)
        let report = try await bench.client().inspectLoader(path)
        #expect(report.storage.name == "My board" && report.warnings == [])
        let other = try await export("generic-stm32h743-bank1", to: "x.FLM", flash: "w25q64jv", on: bench)
        #expect(try await bench.client().inspectLoader(other).storage.bytes == 8 << 20)
    }

    @Test func `replaces a file only when there is one to take its place`() async throws {
        let bench = try JobBench()
        _ = try bench.scratch.file("x.stldr", [1, 2, 3])
        await #expect(throws: WorkbenchError.self) {
            try await export("generic-stm32h743-bank1", to: "x.stldr", on: bench)
        }
        #expect(try bench.scratch.contents("x.stldr") == [1, 2, 3])
        _ = try await export("daisy-seed", to: "x.stldr", on: bench)
        #expect(try bench.scratch.contents("x.stldr").count > 0x1000)
    }
}
