// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ELFTestKit
import Essentials
import TestLoaders
import Testing
import Workbench

@Suite struct `A loader in a pack` {
    @Test func `is checked, tried and inferred from like any other`() async throws {
        let scratch = try ScratchDirectory()
        let algorithm = try TestLoader.algorithm.bytes()
        let path = try scratch.file(
            "own.pack", SyntheticZip([.init("Flash/algorithm.FLM", algorithm)]).encode())
        let client = WorkbenchClient(
            request: BenchRequest(probe: .only, paths: JobBench.paths), observer: .none,
            cancellation: Cancellation())
        let report = try await client.checkLoader(path, tries: true)
        #expect(report.verdict == .sound && report.trial?.runs.count == 2)
        let inferred = try await client.inferBoard(of: path + ":Flash/algorithm.FLM", output: nil)
        #expect(inferred.board.banks.map(\.bank) == [2])
        #expect(!inferred.text.contains("\nloader:"))
    }

    @Test func `programs a board`() async throws {
        let bench = try JobBench()
        let algorithm = try TestLoader.algorithm.bytes()
        let path = try bench.scratch.file(
            "own.pack", SyntheticZip([.init("Flash/algorithm.FLM", algorithm)]).encode())
        bench.adjust = { $0.loader = path }
        let data = randomBytes(3000, seed: 31)
        try await bench.program(data)
        #expect(bench.cells(3000, at: JobBench.flashStart) == data)
    }
}
