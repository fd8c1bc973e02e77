// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashAgent
import FlashProgramming
import Foundation
import TestLoaders
import Testing
import Workbench

@testable import SimulatedBench

/// Our own agent takes the flash over from a loader and works at the flash's speed.
@Suite struct `The agent on the target` {
    typealias Kind = BenchConfiguration.ProbeKind

    private static let used = randomBytes(0x6_0000, seed: 31)
    /// From within a sector, over several blocks, to within another.
    private static let piece = Piece(0x9000_1803, 0x2_F0F1, seed: 32)
    private static let expected: [UInt8] = {
        var cells = [UInt8](repeating: 0xFF, count: JobBench.flashSize)
        cells.replaceSubrange(0..<used.count, with: used)
        return cells.holding([piece])
    }()

    private func bench(
        _ kind: Kind = .stlinkV3, engine: EngineChoice = .agent,
        _ change: (inout BenchConfiguration) -> Void = { _ in }
    ) throws -> JobBench {
        let bench = try JobBench(kind) { configuration in
            configuration.flashContents = Self.used
            change(&configuration)
        }
        bench.adjust = { $0.engine = engine }
        return bench
    }

    @Test(arguments: Kind.allCases) func `programs, proves by digests, and keeps what shares a sector`(
        kind: Kind
    ) async throws {
        let bench = try bench(kind)
        let report = try await bench.program(Self.piece.bytes, at: Self.piece.address)
        bench.expectCells(Self.expected)
        #expect(report.verification.method == "hash")
        #expect(report.bytesKept > 0)
        // The whole of it again: nothing is touched, and little crosses the link.
        let again = try await bench.program(Self.piece.bytes, at: Self.piece.address)
        #expect(again.bytesErased == 0 && again.bytesProgrammed == 0)
        bench.expectCells(Self.expected)
    }

    @Test(arguments: BenchConfiguration.BusyTimes.allCases)
    func `takes whatever time the flash takes`(times: BenchConfiguration.BusyTimes) async throws {
        let bench = try bench { $0.busyTimes = times }
        try await bench.program(Self.piece.bytes, at: Self.piece.address)
        bench.expectCells(Self.expected)
    }

    @Test(arguments: [Kind.stlinkV2, .cmsisDAPv1]) func `keeps a watchdog fed over a slow link`(
        kind: Kind
    ) async throws {
        let bench = try bench(kind) { $0.application = .watchdog }
        try await bench.program(Self.piece.bytes, at: Self.piece.address)
        bench.expectCells(Self.expected)
    }

    @Test func `reads every byte, the last ones included`() async throws {
        let contents = randomBytes(JobBench.flashSize, seed: 33)
        let bench = try bench { $0.flashContents = contents }
        let path = bench.scratch.path("out.bin")
        _ = try await bench.client().read(
            ReadRequest(range: "0x90ff0000+0x10000", path: path))
        #expect(try Array(Data(contentsOf: URL(filePath: path))) == Array(contents.suffix(0x1_0000)))
    }

    @Test func `erases all, and only what is not blank`() async throws {
        let bench = try bench()
        let report = try await bench.client().erase(.all)
        #expect(bench.cells.allSatisfy { $0 == 0xFF })
        #expect(report.bytesErased == UInt64(Self.used.count))
    }

    @Test func `is faster than the loader by as much as the flash allows`() async throws {
        let data = randomBytes(1 << 20, seed: 34)
        let (agent, loader) = (try bench(), try bench(engine: .loader))
        let fast = try await agent.program(data)
        let slow = try await loader.program(data)
        #expect(agent.cells == loader.cells)
        // 6 blocks to erase, 4096 pages to program.
        let flash = 6 * 0.150 + 4096 * 0.0004
        #expect(fast.timing.totalSeconds < 1.2 * flash + 0.3)
        #expect(fast.timing.totalSeconds < 0.75 * slow.timing.totalSeconds)
    }

    @Test func `a protected flash is told as such`() async throws {
        let bench = try bench { $0.flashFault = .blockProtected }
        try await bench.expectFailure(.flashProtected, "FLS-019") { bench in
            try await bench.program(Self.piece.bytes, at: Self.piece.address)
        }
    }

    @Test func `a bad cell is found after the first erase, and named`() async throws {
        let bench = try bench { $0.flashFault = .badCell }
        try await bench.expectFailure(.flashFailed, "FLS-016", leavingCells: false) { bench in
            try await bench.program(randomBytes(JobBench.flashSize, seed: 35))
        }
    }

    @Test func `refuses a flash that the loader does not map, and then the loader goes on`() async throws {
        let bench = try bench()
        let path = try bench.scratch.file("cycle-counter.stldr", try TestLoader.cycleCounter.bytes())
        bench.adjust = { ($0.engine, $0.loader) = (.agent, path) }
        try await bench.expectFailure(.loaderFailed, "AGT-002") { bench in
            try await bench.program(Self.piece.bytes, at: Self.piece.address)
        }
        bench.adjust = { ($0.engine, $0.loader) = (.auto, path) }
        let report = try await bench.program(Self.piece.bytes, at: Self.piece.address)
        bench.expectCells(Self.expected)
        #expect(report.verification.method == "read")
    }

    @Test func `is small`() throws { #expect(try AgentProgram.shipped().size < 8 << 10) }
}

@Suite struct `A job that is only planned` {
    private static let used = randomBytes(0x6_0000, seed: 41)

    @Test(arguments: [EngineChoice.agent, .loader])
    func `changes nothing and says what it would do and how long that takes`(engine: EngineChoice)
        async throws
    {
        let bench = try JobBench { $0.flashContents = Self.used }
        bench.adjust = { $0.engine = engine }
        let before = bench.cells
        let bytes = randomBytes(0x2_0000, seed: 42)
        let planned = try await bench.program(bytes, at: 0x9001_0000) { $0.isDryRun = true }
        bench.expectCells(before)
        #expect(planned.bytesErased == 0 && planned.bytesProgrammed == 0)
        #expect(planned.verification.method == "none")
        let plan = try #require(planned.plan)
        #expect(plan.erases.map(\.bytes) == [0x2_0000] && plan.programs.map(\.bytes) == [0x2_0000])

        let done = try await bench.program(bytes, at: 0x9001_0000)
        #expect(done.plan == nil)
        // What looking cost is in both.
        let taken = done.timing.totalSeconds - planned.timing.totalSeconds
        #expect(plan.predictedSeconds > 0.7 * taken && plan.predictedSeconds < 1.3 * taken)

        let again = try await bench.program(bytes, at: 0x9001_0000) { $0.isDryRun = true }
        #expect(again.plan?.erases.isEmpty == true && again.plan?.programs.isEmpty == true)
        #expect(again.plan?.text.hasPrefix("Nothing was changed, and nothing would be") == true)
    }
}
