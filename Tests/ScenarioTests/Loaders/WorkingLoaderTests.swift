// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugAccess
import Essentials
import FlashLoader
import HardwareDescription
import TargetControl
import TestLoaders
import Testing

@testable import SimulatedBench

/// Loaders in the styles that are in use, beside the project's own: nil.
private let loaders: [TestLoader?] = [nil, .vendorTemplate, .cycleCounter, .halStyle]
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

@Suite struct `The vendor's template` {
    @Test func `leaves core and clocks as a HAL does`() throws {
        let bench = try LoaderBench()
        let loader = try bench.load(.vendorTemplate)
        try loader.initialize()
        // Voltage scale 1 and PLL1 at 400 MHz, half of it on the bus.
        #expect(try bench.target.memory.readWord(at: 0x5802_4818) == 0xE000)
        #expect(bench.machine.context.clocks.m7 == 400_000_000)
        #expect(bench.machine.context.clocks.bus == 200_000_000)
        #expect(try bench.target.memory.readWord(at: 0xE000_ED08) == 0x2400_0200)
        #expect(try bench.target.memory.readWord(at: 0xE000_E014) == 399_999)
        // Again, from where it left them.
        try loader.initialize()
        #expect(bench.machine.context.clocks.m7 == 400_000_000)
    }

    @Test func `gives up a mass erase too early, and is waited out`() throws {
        let bench = try LoaderBench {
            $0.flashContents = [UInt8](repeating: 0x55, count: 16 << 20)
        }
        let loader = try bench.load(.vendorTemplate)
        try loader.massErase(isCancelled: { false })
        #expect(bench.machine.flashContents.allSatisfy { $0 == 0xFF })
        #expect(bench.bench.time.now > .seconds(40))
        // Afterwards everything works.
        try loader.write([1, 2, 3], at: LoaderBench.flashStart)
        #expect(try loader.read(3, at: LoaderBench.flashStart) == [1, 2, 3])
    }

    @Test func `loses the supply on a board that is wired for the other regulator`() throws {
        let bench = try LoaderBench { $0.supply = .ldo }
        let loader = try bench.load(.vendorTemplate)
        #expect(throws: LoaderError.self) { try loader.initialize() }
    }
}
