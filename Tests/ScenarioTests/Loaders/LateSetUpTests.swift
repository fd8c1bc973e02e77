// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashController
import FlashLoader
import TestLoaders
import Testing
import Workbench

@testable import SimulatedBench

/// Loaders that set the board up where others only use it.
@Suite struct `A loader whose Init leaves the board as it is` {
    private static let loaders: [TestLoader] = [.lazyAll, .lazyWrite, .lazyPins]

    @Test(arguments: loaders, ["stm32h745xi-w25q128", nil])
    func `programs, and nothing else is changed`(which: TestLoader, board: String?) async throws {
        let used = randomBytes(JobBench.flashSize, seed: 51)
        let bench = try JobBench { ($0.flashContents, $0.busyTimes) = (used, .short) }
        bench.adjust = { ($0.loader, $0.board) = (which.path, board) }
        let data = randomBytes(5000, seed: 52)
        try await bench.program(data, at: JobBench.flashStart + 0x1_0080)
        var expected = used
        expected.replaceSubrange(0x1_0080..<0x1_0080 + data.count, with: data)
        bench.expectCells(expected)
    }

    @Test(arguments: loaders) func `passes a check`(which: TestLoader) async throws {
        let client = WorkbenchClient(
            request: BenchRequest(probe: .only, paths: JobBench.paths), observer: .none,
            cancellation: Cancellation())
        let report = try await client.checkLoader(which.path, tries: true)
        #expect(report.trial?.runs.compactMap(\.failure?.text) == [])
        #expect(report.verdict == .sound)
    }

    @Test func `changes no cell while it is woken`() throws {
        let used = randomBytes(0x1000, seed: 53)
        let bench = try LoaderBench { $0.flashContents = used }
        let loader = try bench.load(.lazyWrite)
        try loader.initialize()
        #expect(loader.inspection?.chips.first?.id == [0xEF, 0x40, 0x18])
        #expect(bench.cells(used.count, at: LoaderBench.flashStart) == used)
    }
}
