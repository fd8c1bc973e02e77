// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashLoader
import Foundation
import TestLoaders
import Testing
import Workbench

@testable import SimulatedBench

/// Jobs with a CMSIS flash algorithm, which is called in its own way.
@Suite struct `Jobs with a CMSIS algorithm` {
    private func bench(
        _ probe: BenchConfiguration.ProbeKind = .stlinkV3,
        _ change: (inout BenchConfiguration) -> Void = { _ in }
    ) throws -> JobBench {
        let bench = try JobBench(probe, change)
        bench.adjust = { $0.loader = TestLoader.algorithm.path }
        return bench
    }

    @Test(arguments: [BenchConfiguration.ProbeKind.stlinkV3, .stlinkV2, .cmsisDAPv1])
    func `program any range, also within pages`(probe: BenchConfiguration.ProbeKind) async throws {
        let bench = try bench(probe)
        let first = randomBytes(70_001, seed: 31)
        try await bench.program(first, at: 0x9000_0123)
        var expected = [UInt8](repeating: 0xFF, count: JobBench.flashSize)
        expected.replaceSubrange(0x123..<0x123 + first.count, with: first)
        bench.expectCells(expected)
        // What the second shares sectors with stays.
        let second = randomBytes(33, seed: 32)
        try await bench.program(second, at: 0x9000_1FF0)
        expected.replaceSubrange(0x1FF0..<0x1FF0 + second.count, with: second)
        bench.expectCells(expected)
    }

    @Test func `erase by sectors of two sizes, and everything`() async throws {
        let used = randomBytes(JobBench.flashSize, seed: 33)
        let bench = try bench { $0.flashContents = used }
        _ = try await bench.client().erase(.ranges(["0x9000f000+0x2000"], widen: true))
        var expected = used
        // The last sector of 4 KiB, and the first of 64 KiB.
        expected.replaceSubrange(0xF000..<0x2_0000, with: repeatElement(0xFF, count: 0x1_1000))
        bench.expectCells(expected)
        _ = try await bench.client().erase(.all)
        bench.expectCells([UInt8](repeating: 0xFF, count: JobBench.flashSize))
    }

    @Test func `read through the memory map that Init for verifying leaves`() async throws {
        let used = randomBytes(JobBench.flashSize, seed: 34)
        let bench = try bench { $0.flashContents = used }
        let path = bench.scratch.path("read.bin")
        _ = try await bench.client().read(ReadRequest(range: "0x90fff000+0x1000", path: path))
        #expect(try bench.scratch.contents("read.bin") == Array(used[0xFFF000...]))
    }

    @Test func `the layout of another tool is refused`() async throws {
        let bench = try bench()
        bench.adjust = { ($0.loader, $0.layout) = (TestLoader.algorithm.path, .vendor) }
        let error = try await #require(throws: WorkbenchError.self) { try await bench.program([1, 2, 3]) }
        #expect(ErrorReport(error).code == "LDR-036")
    }
}
