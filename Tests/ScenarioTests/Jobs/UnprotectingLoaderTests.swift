// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashProgramming
import TestLoaders
import Testing
import Workbench

@testable import SimulatedBench

/// A flash whose block protection is on, and loaders of others.
@Suite struct `A loader on a protected flash` {
    private func bench(_ which: TestLoader, engine: EngineChoice = .auto) throws -> (JobBench, [UInt8]) {
        let used = randomBytes(JobBench.flashSize, seed: 61)
        let bench = try JobBench {
            ($0.flashContents, $0.flashFault, $0.busyTimes) = (used, .blockProtected, .short)
        }
        bench.adjust = { ($0.loader, $0.board, $0.engine) = (which.path, "stm32h745xi-w25q128", engine) }
        return (bench, used)
    }
    private let data = randomBytes(0x2_0100, seed: 62)

    @Test(arguments: [EngineChoice.auto, .loader])
    func `that ends the protection in its own erase is let work`(engine: EngineChoice) async throws {
        let (bench, used) = try bench(.clearsProtection, engine: engine)
        let report = try await bench.program(data, at: JobBench.flashStart + 0x1_0000)
        #expect(report.bytesErased == 0x3_0000)
        #expect(report.warnings.count == 1 && report.warnings[0].contains("write-protected at"))
        var expected = used
        expected.replaceSubrange(0x1_0000..<0x1_0000 + data.count, with: data)
        bench.expectCells(expected)
    }

    @Test func `erases as well`() async throws {
        let (bench, used) = try bench(.clearsProtection)
        _ = try await bench.client().erase(.ranges(["0x90010000+128k"], widen: false))
        var expected = used
        for index in 0x1_0000..<0x3_0000 { expected[index] = 0xFF }
        bench.expectCells(expected)
    }

    @Test(arguments: [TestLoader.soundPlain, .cycleCounter, .vendorTemplate])
    func `that leaves it on fails after the first erase, and nothing is lost`(which: TestLoader) async throws
    {
        let (bench, used) = try bench(which)
        let error = try await #require(throws: WorkbenchError.self) {
            try await bench.program(data, at: JobBench.flashStart + 0x1_0000)
        }
        #expect(error.failureClass == .flashProtected, "\(error.story)")
        #expect(error.chain.contains { $0.remedies.contains { $0.contains("protection") } })
        bench.expectCells(used)
    }

    @Test func `is refused where the agent was asked for`() async throws {
        let (bench, used) = try bench(.vendorTemplate, engine: .agent)
        let error = try await #require(throws: WorkbenchError.self) { try await bench.program(data) }
        #expect(error.chain.contains { $0.code == "FLS-019" }, "\(error.story)")
        bench.expectCells(used)
    }

    @Test func `is refused where nothing would be verified`() async throws {
        let (bench, used) = try bench(.clearsProtection)
        let error = try await #require(throws: WorkbenchError.self) {
            try await bench.program(data) { $0.verify = .none }
        }
        #expect(error.chain.contains { $0.code == "FLS-019" }, "\(error.story)")
        bench.expectCells(used)
    }
}
