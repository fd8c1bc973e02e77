// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Foundation
import Testing
import Workbench

@testable import SimulatedBench

/// What crosses the link between host and agent, and how little of it has to.
@Suite struct `Data to the agent and from it` {
    typealias Kind = BenchConfiguration.ProbeKind

    /// Half of it random, the rest repetitions and erased stretches: about half compressible.
    private static let mixed: [UInt8] = {
        let random = randomBytes(0x4_0000, seed: 51)
        var bytes: [UInt8] = []
        for part in 0..<32 {
            let start = part << 13
            bytes += random[start..<start + 0x2000]
            bytes += part % 2 == 0 ? [UInt8](repeating: 0xFF, count: 0x2000) : Array(bytes.suffix(0x2000))
        }
        return bytes
    }()

    private func bench(
        _ kind: Kind = .stlinkV3, _ change: (inout BenchConfiguration) -> Void = { _ in }
    ) throws -> JobBench {
        let bench = try JobBench(kind, change)
        bench.adjust = { $0.engine = .agent }
        return bench
    }

    private func link(of timing: Timing) throws -> Timing.Link { try #require(timing.link) }

    private func read(_ bench: JobBench, _ range: String, name: String = "out.bin") async throws -> ReadReport
    {
        try await bench.client().read(ReadRequest(range: range, path: bench.scratch.path(name)))
    }

    @Test(arguments: Kind.allCases) func `comes back packed where that is less, and byte for byte`(
        kind: Kind
    ) async throws {
        let bench = try bench(kind) { $0.flashContents = Self.mixed }
        // Odd at both ends.
        let report = try await read(bench, "0x90000101+0x4EFFD")
        #expect(try bench.scratch.contents("out.bin") == Array(Self.mixed[0x101..<0x4F0FE]))
        bench.adjust = { $0.engine = .loader }
        let plain = try await read(bench, "0x90000101+0x4EFFD", name: "plain.bin")
        #expect(try Double(link(of: report.timing).bytesIn) < 0.8 * Double(link(of: plain.timing).bytesIn))
    }

    @Test func `goes packed over a slow link only`() async throws {
        let (slow, fast) = (try bench(.stlinkV2), try bench(.stlinkV3))
        let packed = try await slow.program(Self.mixed)
        let plain = try await fast.program(Self.mixed)
        slow.expectCells(
            [UInt8](repeating: 0xFF, count: JobBench.flashSize).holding([
                Piece(address: JobBench.flashStart, bytes: Self.mixed)
            ]))
        #expect(slow.cells == fast.cells)
        // Of erased pages neither sends anything.
        #expect(try Double(link(of: packed.timing).bytesOut) < 0.8 * Double(link(of: plain.timing).bytesOut))
    }

    @Test func `is gathered where records lie here and there`() async throws {
        let bench = try bench()
        let records = (0..<200).map { number in
            Piece(JobBench.flashStart + UInt32(number * 0x5010), 16, seed: UInt64(number))
        }
        func program(_ records: some Collection<Piece>) async throws -> ProgramReport {
            let file = try bench.scratch.file("records.hex", JobFiles.hex(Array(records)))
            return try await bench.client().program(
                ProgramRequest(images: [ImageRequest(path: file, address: nil, format: nil)]))
        }
        let one = try await program(records.prefix(1))
        let all = try await program(records)
        bench.expectCells([UInt8](repeating: 0xFF, count: JobBench.flashSize).holding(records))
        #expect(all.verification.method == "hash")
        // A whole page takes 0.4 ms, a command by itself as much again.
        let phases = try [one, all].map { report in
            try #require(report.timing.phases.first { $0.name == "program" }).seconds
        }
        #expect(phases[1] - phases[0] < 199 * 0.0004)
    }

    @Test func `is not read again where the file holds it already`() async throws {
        let bench = try bench { $0.flashContents = Self.mixed }
        #expect(try await read(bench, "0x90000000+0x80000").bytesConfirmed == 0)
        #expect(try await read(bench, "0x90000000+0x80000").bytesConfirmed == 0x8_0000)
        // Something else, and less of it.
        var other = Array(Self.mixed.prefix(0x4_0000))
        other[0x1_2345] ^= 1
        _ = try bench.scratch.file("out.bin", other)
        let report = try await read(bench, "0x90000000+0x80000")
        #expect(try bench.scratch.contents("out.bin") == Self.mixed)
        #expect(report.bytesConfirmed == 0x3_F000)
    }

    @Test func `goes on where a read was broken off`() async throws {
        let contents = randomBytes(2 << 20, seed: 54)
        let trial = try bench { $0.flashContents = contents }
        _ = try await read(trial, "0x90000000+0x100000")
        let bench = try bench { configuration in
            configuration.flashContents = contents
            // In the second half of what follows.
            configuration.usbFaults.faults = [trial.simulation.usbTransferCount: .disconnect]
        }
        try await bench.expectFailure(.probeLost, "USB-003") { bench in
            _ = try await read(bench, "0x90000000+0x200000")
        }
        let part = try bench.scratch.contents("out.bin.part")
        #expect(part == Array(contents.prefix(part.count)) && part.count >= 0x8_0000)
        #expect(!FileManager.default.fileExists(atPath: bench.scratch.path("out.bin")))
        bench.simulation.replug()
        let rest = try await read(bench, "0x90000000+0x200000")
        #expect(rest.bytesConfirmed == part.count)
        #expect(try bench.scratch.contents("out.bin") == contents)
        #expect(!FileManager.default.fileExists(atPath: bench.scratch.path("out.bin.part")))
    }

    @Test(arguments: [1, 3, 5, 7]) func `is not sent again for sectors that a power cut has left whole`(
        eighth: Int
    ) async throws {
        let image = randomBytes(0x4_0000, seed: 52)
        let change = { (configuration: inout BenchConfiguration) in
            configuration.flashContents = randomBytes(0x4_0000, seed: 53)
        }
        let trial = try bench(.cmsisDAPv2, change)
        try await trial.program(image)
        let bench = try bench(.cmsisDAPv2, change)
        bench.simulation.usbFaults.faults = [trial.simulation.usbTransferCount * eighth / 8: .disconnect]
        try await bench.expectFailure(.probeLost, "USB-003", leavingCells: false) {
            try await $0.program(image)
        }
        bench.simulation.powerCycleTarget()
        bench.simulation.replug()
        let left = bench.cells
        let done = stride(from: 0, to: image.count, by: 4096).filter { start in
            Array(left[start..<start + 4096]) == Array(image[start..<start + 4096])
        }
        let report = try await bench.program(image)
        #expect(bench.cells(image.count, at: JobBench.flashStart) == image)
        #expect(report.bytesSkipped == UInt64(done.count * 4096))
    }

    @Test(arguments: [(Kind.stlinkV3, 1.0), (.stlinkV21, 0.15)])
    func `is no faster than what was published, where that is asked for`(kind: Kind, rate: Double)
        async throws
    {
        let bench = try bench(kind) { $0.link = .pessimistic }
        let report = try await read(bench, "0x90000000+0x40000")
        // Erased: packed to next to nothing. Without the agent every byte crosses.
        #expect(report.timing.totalSeconds < 0.262 / rate)
        bench.adjust = { $0.engine = .loader }
        let plain = try await read(bench, "0x90000000+0x40000", name: "plain.bin")
        let phase = try #require(plain.timing.phases.first { $0.name == "read" })
        #expect(phase.seconds > 0.262 / rate * 0.98 && phase.seconds < 0.262 / rate * 1.1)
    }
}
