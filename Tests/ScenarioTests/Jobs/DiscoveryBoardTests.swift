// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import BenchTestKit
import Essentials
import ShippedConfiguration
import TestLoaders
import Testing

@testable import SimulatedBench
@testable import Workbench

/// Two chips as one memory, their bytes interleaved, with loaders made from a vendor's template.
@Suite struct `A board with two chips as one memory` {
    private static let used = randomBytes(0x4_0000, seed: 61)

    /// A shipped board with a loader that was made for it.
    struct Board: Sendable, CustomTestStringConvertible {
        let name: String
        let loader: TestLoader
        var testDescription: String { loader.rawValue }
    }
    private static let boards = [
        Board(name: "stm32h745i-disco", loader: .h745Discovery),
        Board(name: "stm32h747i-disco", loader: .h747Discovery),
        // Mapped at double transfer rate: the agent, which hashes, leaves it to the loader.
        Board(name: "stm32h745i-disco", loader: .h745DiscoveryDTR),
    ]

    private static func bench(
        _ name: String, _ loader: TestLoader, contents: [UInt8]? = used,
        _ change: (inout BenchConfiguration) -> Void = { _ in }
    ) throws -> JobBench {
        var configuration = BenchConfiguration(
            board: try BoardDescription(name, files: .repository), files: .repository)
        configuration.flashContents = contents
        change(&configuration)
        let bench = try JobBench(configuration)
        bench.adjust = { ($0.board, $0.loader) = (name, loader.path) }
        return bench
    }

    /// Even bytes are the first chip's, odd ones the second's; all of the 128 MiB would take long to put together.
    private func cells(_ bench: JobBench, _ count: Int, at address: UInt32) -> [UInt8] {
        let start = Int(address - JobBench.flashStart)
        return (start..<start + count).map { bench.machine.chips[$0 % 2].array[$0 / 2] }
    }

    // MARK: Right

    /// Odd places of a pair, with the agent, which reads two bytes at a time.
    @Test(arguments: ["0x90000101+0x6000", "0x90000100+0x6001", "0x90002001+0x6001"])
    func `gives any bytes, packed or not`(range: String) async throws {
        let bench = try Self.bench("stm32h745i-disco", .h745Discovery, contents: Self.used)
        let choose = bench.adjust
        bench.adjust = { request in
            choose(&request)
            request.engine = .agent
        }
        let asked = try FlashBench.range(range)
        _ = try await bench.client().read(ReadRequest(range: range, path: bench.scratch.path("out.bin")))
        let start = Int(asked.start - JobBench.flashStart)
        #expect(try bench.scratch.contents("out.bin") == Array(Self.used[start..<start + asked.count]))
    }

    @Test(arguments: boards) func `is programmed, verified and read back`(board: Board) async throws {
        let bench = try Self.bench(board.name, board.loader)
        // In a used sector, in blank ones across the boundary of a sector, and up to the last byte.
        let pieces = [
            Piece(0x9000_0110, 0x630, seed: 62), Piece(0x9005_FE00, 0x800, seed: 63),
            Piece(0x97FF_FDF0, 0x210, seed: 64),
        ]
        let image = try bench.image(JobFiles.hex(pieces), at: nil, name: "pieces.hex")
        let report = try await bench.client().program(ProgramRequest(images: [image]))
        if board.loader != .h745DiscoveryDTR {
            #expect(report.verification.method == "hash" && report.warnings.isEmpty, "\(report.warnings)")
        }
        for piece in pieces {
            #expect(cells(bench, piece.bytes.count, at: piece.address) == piece.bytes)
        }
        // What shared a sector is back, what did not was not touched.
        #expect(cells(bench, 0x110, at: 0x9000_0000) == Array(Self.used[..<0x110]))
        #expect(cells(bench, 0x40, at: 0x9003_FFC0) == Array(Self.used.suffix(0x40)))

        _ = try await bench.client().verify(ImageSetRequest([image]))
        let path = bench.scratch.path("read.bin")
        _ = try await bench.client().read(ReadRequest(range: "0x97FFFDF1+0x20F", path: path))
        #expect(try bench.scratch.contents("read.bin") == Array(pieces[2].bytes.dropFirst()))
    }

    // MARK: Wrong

    @Test(arguments: [1, 2]) func `tells which chip is missing`(bank: Int) async throws {
        let bench = try Self.bench("stm32h745i-disco", .h745Discovery) { $0.chipFaults[bank] = .absent }
        let error = try await #require(throws: WorkbenchError.self) {
            try await bench.program([1, 2, 3, 4])
        }
        #expect(error.story.contains("nothing answers on bank \(bank)"), "\(error.story)")
        #expect(!error.story.contains("nothing answers on bank \(3 - bank)"), "\(error.story)")
        #expect(error.failureClass == .flashSilent, "\(error.story)")
        #expect(!ErrorReport(error).remedies.isEmpty)
    }

    @Test func `tells a loader that drives one chip alone`() async throws {
        let bench = try Self.bench("stm32h745i-disco", .h745DiscoverySingle)
        let error = try await #require(throws: WorkbenchError.self) {
            try await bench.program([1, 2, 3, 4])
        }
        #expect(error.code == "LDR-035" && error.failureClass == .loaderFailed)
        #expect(
            error.story.contains(
                "the loader drives bank 1 alone; the board's two flashes are one memory, their bytes interleaved"
            ),
            "\(error.story)")
        #expect(cells(bench, 0x100, at: 0x9000_0000) == Array(Self.used[..<0x100]))
    }

    @Test func `tells a loader that drives two chips where there is one`() async throws {
        let bench = try Self.bench("stm32h745i-disco", .h745Discovery, contents: nil) { configuration in
            configuration.board.chips.removeLast()
            configuration.board.isDualFlash = false
        }
        let shipped = try #require(ShippedConfiguration.bytes(of: "boards/stm32h745i-disco.yaml"))
        let text = String(decoding: shipped, as: UTF8.self)
        let single = try #require(text.firstRange(of: "    - bank: 2"))
        let file = text[..<single.lowerBound].replacing("mode: dual", with: "mode: single")
            .replacing("  shared-select: true\n", with: "")
        let path = try bench.scratch.file("one-chip.yaml", Array(file.utf8))
        bench.adjust = { ($0.board, $0.loader) = (path, TestLoader.h745Discovery.path) }
        let error = try await #require(throws: WorkbenchError.self) {
            try await bench.program([1, 2, 3, 4])
        }
        #expect(error.failureClass == .flashSilent || error.failureClass == .loaderFailed)
        #expect(error.story.contains("the loader drives both banks as one memory"), "\(error.story)")
        #expect(error.story.contains("a flash on bank 1 only"), "\(error.story)")
    }

    // MARK: Swapped

    /// A Winbond on bank 1 and a GigaDevice on bank 2, which take the same commands.
    private func unequal(
        swapped: Bool, contents: [UInt8]?
    ) throws -> JobBench {
        let bench = try Self.bench("generic-stm32h745-dual", .unequalDual, contents: contents) {
            configuration in
            configuration.board.chips[0].flash = "w25q128jv"
            configuration.board.chips[1].flash = "gd25q128"
            guard swapped else { return }
            let wiring = configuration.board.chips.map(\.wiring)
            (configuration.board.chips[0].wiring, configuration.board.chips[1].wiring) = (
                wiring[1], wiring[0]
            )
        }
        let shipped = try #require(ShippedConfiguration.bytes(of: "boards/generic-stm32h745-dual.yaml"))
        var text = String(decoding: shipped, as: UTF8.self)
        for flash in ["w25q128jv", "gd25q128"] {
            let place = try #require(text.firstRange(of: "flash: sfdp"))
            text.replaceSubrange(place, with: "flash: \(flash)")
        }
        let path = try bench.scratch.file("unequal.yaml", Array(text.utf8))
        bench.adjust = { ($0.board, $0.loader) = (path, TestLoader.unequalDual.path) }
        return bench
    }

    @Test func `tells two different chips in each other's places`() async throws {
        let image = Piece(0x9000_0000, 0x800, seed: 65)
        let right = try unequal(swapped: false, contents: image.bytes)
        let file = ImageSetRequest([try right.image(image.bytes, at: image.address)])
        _ = try await right.client().verify(file)

        let swapped = try unequal(swapped: true, contents: image.bytes)
        let error = try await #require(throws: WorkbenchError.self) {
            try await swapped.client().verify(
                ImageSetRequest([try swapped.image(image.bytes, at: image.address)]))
        }
        #expect(error.failureClass == .verifyMismatch)
        #expect(
            error.story.contains("the flash on bank 1 is not the board file's Winbond W25Q128JV"),
            "\(error.story)")
        #expect(
            error.story.contains("the flash on bank 2 is not the board file's GigaDevice"), "\(error.story)")
    }

    /// Nothing but the contents can tell equal chips apart.
    @Test func `tells two equal chips in each other's places by what they hold`() async throws {
        let image = Piece(0x9000_0000, 0x400, seed: 66)
        let bench = try Self.bench("stm32h745i-disco", .h745Discovery, contents: image.bytes) {
            configuration in
            let wiring = configuration.board.chips.map(\.wiring)
            (configuration.board.chips[0].wiring, configuration.board.chips[1].wiring) = (
                wiring[1], wiring[0]
            )
        }
        let error = try await #require(throws: WorkbenchError.self) {
            try await bench.client().verify(
                ImageSetRequest([try bench.image(image.bytes, at: image.address)]))
        }
        #expect(error.failureClass == .verifyMismatch)
        #expect(error.story.contains("even and odd bytes are exchanged"), "\(error.story)")
        #expect(ErrorReport(error).remedies.contains { $0.contains("each other's places") })
    }
}
