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

    /// With the pack in a folder beside the board's file, whose name has a blank.
    @Test(arguments: [":Flash/algorithm.FLM", ""]) func `is named by a board's file`(member: String)
        async throws
    {
        let bench = try JobBench()
        let algorithm = try TestLoader.algorithm.bytes()
        let pack = SyntheticZip([.init("Flash/algorithm.FLM", algorithm)]).encode()
        _ = try bench.scratch.file("own one.pack", pack)
        let board = try bench.scratch.file("board.yaml", Array(boardFile("\"own one.pack\(member)\"").utf8))
        #expect(try BoardCheckReport(ConfigurationLibrary(JobBench.paths), of: board).mistakes.isEmpty)
        bench.adjust = { $0.board = board }
        let data = randomBytes(3000, seed: 32)
        try await bench.program(data)
        #expect(bench.cells(3000, at: JobBench.flashStart) == data)
    }

    @Test(arguments: [
        ("own.pack:Flash/other.FLM", "Flash/other.FLM"), ("missing.pack:Flash/algorithm.FLM", "missing.pack"),
    ])
    func `that is not there is a mistake in the board's file`(name: String, words: String) async throws {
        let scratch = try ScratchDirectory()
        defer { withExtendedLifetime(scratch) {} }
        let pack = SyntheticZip([.init("Flash/algorithm.FLM", try TestLoader.algorithm.bytes())]).encode()
        _ = try scratch.file("own.pack", pack)
        let board = try scratch.file("board.yaml", Array(boardFile("./\(name)").utf8))
        let mistakes = try BoardCheckReport(ConfigurationLibrary(JobBench.paths), of: board).mistakes
        #expect(mistakes.count == 1 && mistakes[0].text.contains(words), "\(mistakes.map(\.text))")
        #expect(mistakes.first?.line == 18)
    }

    private func boardFile(_ loader: String) -> String {
        """
        schema: 2
        name: packed
        title: A board whose loader is in a pack
        target: stm32h745
        crystals: {hse: 25 MHz}
        supply: {core: smps}
        quadspi:
          banks:
            - bank: 2
              flash: w25q128jv
              pins:
                - {signal: CLK, pin: PB2, function: 9}
                - {signal: NCS, pin: PC11, function: 9}
                - {signal: IO0, pin: PH2, function: 9}
                - {signal: IO1, pin: PH3, function: 9}
                - {signal: IO2, pin: PG9, function: 9}
                - {signal: IO3, pin: PG14, function: 9}
        loader: \(loader)
        """
    }
}
