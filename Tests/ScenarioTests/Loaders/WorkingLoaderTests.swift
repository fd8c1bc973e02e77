// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import FlashLoader
import TestLoaders
import Testing

@testable import SimulatedBench

/// Loaders in the two styles that are in use, beside the project's own: nil.
private let loaders: [TestLoader?] = [nil, .vendorTemplate, .cycleCounter]
private let probes: [BenchConfiguration.ProbeKind] = [.stlinkV3, .cmsisDAPv2]

@Suite struct `Loaders that work` {
    @Test(arguments: loaders, probes) func `erase, program and read what was asked and nothing else`(
        which: TestLoader?, kind: BenchConfiguration.ProbeKind
    ) throws {
        let before = randomBytes(3 << 16, seed: 1)
        let bench = try LoaderBench(kind) {
            $0.flashContents = before + [UInt8](repeating: 0xFF, count: (16 << 20) - before.count)
        }
        let loader = try which.map { try bench.load($0) } ?? bench.loadReference()
        try loader.initialize()
        let second = LoaderBench.flashStart + 0x1_0000
        try loader.erase(0x1_0000, at: second)
        #expect(bench.cells(0x1_0000, at: LoaderBench.flashStart) == Array(before[..<0x1_0000]))
        #expect(bench.cells(0x1_0000, at: second).allSatisfy { $0 == 0xFF })
        #expect(bench.cells(0x1_0000, at: second + 0x1_0000) == Array(before[0x2_0000...]))

        // Neither page-aligned nor whole pages.
        let data = randomBytes(3_001, seed: 2)
        try loader.write(data, at: second + 77)
        #expect(bench.cells(data.count, at: second + 77) == data)
        #expect(bench.cells(77, at: second).allSatisfy { $0 == 0xFF })
        #expect(bench.cells(16, at: second + 77 + 3_001).allSatisfy { $0 == 0xFF })
        #expect(try loader.read(data.count, at: second + 77) == data)
        #expect(try loader.read(5, at: second + 75) == [0xFF, 0xFF] + data.prefix(3))
        #expect(try loader.read(200, at: LoaderBench.flashStart) == Array(before[..<200]))
    }

    @Test(arguments: loaders) func `read the flash to its last byte`(which: TestLoader?) throws {
        let end = randomBytes(512, seed: 3)
        let bench = try LoaderBench {
            $0.flashContents = [UInt8](repeating: 0xFF, count: (16 << 20) - 512) + end
        }
        let loader = try which.map { try bench.load($0) } ?? bench.loadReference()
        try loader.initialize()
        #expect(try loader.read(512, at: 0x90FF_FE00) == end)
        #expect(try loader.read(1, at: 0x90FF_FFFF) == end.suffix(1))
        // The controller is left in a state in which everything still works.
        #expect(try loader.read(16, at: 0x90FF_FE00) == Array(end[..<16]))
    }
}
