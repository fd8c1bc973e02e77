// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import SimulatedBench
import TargetControl
import Testing

@testable import Workbench

/// What of the files of a job goes where, and what is refused before anything is touched.
@Suite struct `The images of a job` {
    private static let piece = Piece(0x9000_0000, 0x300, seed: 51)
    private static let stm32h7: UInt32 = 0x6DB6_6082
    private static let rp2040: UInt32 = 0xE48B_FF56

    private func program(_ bench: JobBench, _ images: ImageSetRequest) async throws -> ProgramReport {
        try await bench.client().program(ProgramRequest(images: images))
    }

    /// A UF2 file with one block for each family.
    private func uf2(_ blocks: [(family: UInt32, address: UInt32, byte: UInt8)]) -> [UInt8] {
        var file: [UInt8] = []
        for block in blocks {
            let words: [UInt32] = [0x0A32_4655, 0x9E5D_5157, 0x2000, block.address, 256, 0, 1, block.family]
            let end: UInt32 = 0x0AB1_6F30
            func littleEndian(_ word: UInt32) -> [UInt8] {
                (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
            }
            file += words.flatMap(littleEndian) + [UInt8](repeating: block.byte, count: 476)
            file += littleEndian(end)
        }
        return file
    }

    @Test func `for another UF2 family are refused`() async throws {
        let bench = try JobBench()
        let file = uf2([(Self.rp2040, 0x9000_0000, 1)])
        let image = try bench.image(file, at: nil, name: "pico.uf2")
        try await bench.expectFailure(.imageForOtherTarget, "IMG-009") { bench in
            _ = try await program(bench, ImageSetRequest([image]))
        }
    }

    @Test func `for several UF2 families are for the target's`() async throws {
        let bench = try JobBench()
        let file = uf2([(Self.rp2040, 0x9000_0000, 1), (Self.stm32h7, 0x9000_0100, 2)])
        let image = try bench.image(file, at: nil, name: "both.uf2")
        let report = try await program(bench, ImageSetRequest([image]))
        #expect(report.images.map(\.bytes) == [256])
        #expect(bench.cells(256, at: 0x9000_0100) == [UInt8](repeating: 2, count: 256))
        #expect(bench.cells(256, at: 0x9000_0000) == [UInt8](repeating: 0xFF, count: 256))
        // Whoever says the family is believed.
        _ = try await program(bench, ImageSetRequest([image], uf2Family: Self.rp2040))
        #expect(bench.cells(256, at: 0x9000_0000) == [UInt8](repeating: 1, count: 256))
    }

    @Test func `that have addresses are not moved by one for raw binaries, which is refused`() async throws {
        let bench = try JobBench()
        let hex = try bench.image(JobFiles.hex([Self.piece]), at: nil, name: "a.hex")
        let placed = try bench.image(Self.piece.bytes, at: 0x9000_1000, name: "placed.bin")
        for images in [[hex], [placed], [hex, placed]] {
            try await bench.expectFailure(.usage, "WRK-022") { bench in
                _ = try await program(bench, ImageSetRequest(images, binaryAddress: 0x9080_0000))
            }
        }
        let raw = try bench.image(Self.piece.bytes, at: nil, name: "raw.bin")
        _ = try await program(bench, ImageSetRequest([hex, raw], binaryAddress: 0x9080_0000))
        #expect(bench.cells(Self.piece.bytes.count, at: 0x9080_0000) == Self.piece.bytes)
    }

    @Test func `are all left out is no success`() async throws {
        let bench = try JobBench()
        let internalFlash = Piece(0x0800_0000, 100, seed: 52)
        let inside = try bench.image(JobFiles.hex([internalFlash]), at: nil, name: "in.hex")
        let error = try await bench.expectFailure(.imageBeyondFlash, "WRK-026") { bench in
            _ = try await program(bench, ImageSetRequest([inside], skipsOutside: true))
        }
        #expect(error.summary.contains("in.hex"))
    }

    @Test func `that are left out in part are counted`() async throws {
        let bench = try JobBench()
        let file = JobFiles.hex([Piece(0x0800_0000, 100, seed: 52), Self.piece])
        let both = try bench.image(file, at: nil, name: "both.hex")
        let report = try await program(bench, ImageSetRequest([both], skipsOutside: true))
        #expect(report.images.map(\.bytes) == [0x300])
        #expect(report.images.map(\.bytesOutside) == [100])
        #expect(report.images.map(\.segments) == [1])
    }

    @Test func `without addresses overlap before any probe is opened`() async throws {
        let bench = try JobBench()
        bench.adjust = { $0.probe = .simulated("no such probe") }
        let first = try bench.image(Self.piece.bytes, at: nil, name: "a.bin")
        let second = try bench.image(Self.piece.bytes.map { ~$0 }, at: nil, name: "b.bin")
        try await bench.expectFailure(.imageOverlap, "IMG-014") { bench in
            _ = try await program(bench, ImageSetRequest([first, second]))
        }
    }

    @Test func `are neither read nor loaded over a core that is to go on running`() async throws {
        let bench = try JobBench()
        bench.adjust = { $0.connect = .hot }
        let image = try bench.image(Self.piece.bytes, at: Self.piece.address)
        let client = bench.client()
        let jobs: [(String, () async throws -> Void)] = [
            ("program", { _ = try await client.program(ProgramRequest(images: [image])) }),
            ("verify", { _ = try await client.verify(ImageSetRequest([image])) }),
            ("erase", { _ = try await client.erase(.all) }),
            ("blank-check", { _ = try await client.blankCheck(nil) }),
            ("checksum", { _ = try await client.checksum(nil) }),
            (
                "read",
                { _ = try await client.read(ReadRequest(range: nil, path: bench.scratch.path("x.bin"))) }
            ),
        ]
        let transfers = bench.simulation.statistics.usbTransfers
        for (name, job) in jobs {
            let error = await #expect(throws: WorkbenchError.self, "\(name)") { try await job() }
            #expect(error?.code == "WRK-027", "\(name)")
            #expect(error?.failureClass == .usage)
        }
        #expect(bench.simulation.statistics.usbTransfers == transfers)
        _ = try await client.info()
    }
}
