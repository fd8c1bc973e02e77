// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CortexM
import DebugAccess
import Essentials
import TargetControl
import TestLoaders
import Testing

@testable import FlashLoader
@testable import SimulatedBench

/// Loaders that leave the RAM they were given: stopped at the first store, and told by whom.
@Suite struct `Loaders that overrun their memory` {
    private let start = LoaderBench.flashStart

    private func failure(
        of which: TestLoader, _ kind: BenchConfiguration.ProbeKind = .stlinkV3,
        _ body: (LoadedLoader) throws(LoaderError) -> Void
    ) throws -> LoaderError {
        let loader = try LoaderBench(kind).load(which)
        return try #require(throws: LoaderError.self) { try body(loader) }
    }

    // MARK: Heap

    @Test(arguments: [BenchConfiguration.ProbeKind.stlinkV3, .cmsisDAPv2])
    func `a heap of tens of KiB behind the image works`(kind: BenchConfiguration.ProbeKind) throws {
        let bench = try LoaderBench(kind)
        let data = randomBytes(9_000, seed: 40)
        let loader = try bench.load(.newlibHeap)
        try loader.write(data, at: start)
        #expect(bench.cells(data.count, at: start) == data)
        #expect(try loader.read(data.count, at: start) == data)
        try loader.write(data, at: start + 0x1_0000)
        #expect(bench.cells(data.count, at: start + 0x1_0000) == data)
    }

    @Test func `a heap without end is stopped at the guard, and named`() throws {
        let error = try failure(of: .newlibHeap) { loader throws(LoaderError) in
            try loader.massErase(isCancelled: { false })
        }
        #expect(error.code == "LDR-031")
        #expect(
            error.summary.hasPrefix(
                """
                MassErase of newlib-heap.stldr was stopped when it wrote into the guard below its stack: \
                its heap, which grows from 0x2400
                """))
        #expect(error.summary.contains("bytes that are free; it stands in allocate+0x"))
        #expect(error.summary.contains("(loader.c:27)"))
        #expect(
            error.remedies.first
                == "let the loader allocate less: look for a malloc in a loop, or leave printf out")
    }

    // MARK: Stack

    @Test(arguments: [BenchConfiguration.ProbeKind.stlinkV3, .stlinkV2, .cmsisDAPv1])
    func `a memset that calls itself is named, with how deep it is`(
        kind: BenchConfiguration.ProbeKind
    ) throws {
        let error = try failure(of: .stackOverruns, kind) { loader throws(LoaderError) in
            try loader.initialize()
        }
        #expect(error.code == "LDR-031")
        #expect(error.cause?.code == "COR-018")
        // 32,256 bytes of stack at 8 a call.
        #expect(
            error.summary.hasPrefix(
                """
                Init of stack-overruns.stldr was stopped when it wrote into the guard below its stack: \
                memset calls itself at memset+0x
                """))
        let rounds = error.findings.compactMap { finding -> Int? in
            if case .recursion(["memset"], _, let rounds, stack: 32_256, .spacious) = finding {
                rounds
            } else {
                nil
            }
        }
        #expect((4_020...4_040).contains(rounds.first ?? 0))
        #expect(error.summary.contains("(loader.c:13)"))
        #expect(error.remedies.count == 1)
        #expect(error.remedies.first?.contains("-fno-tree-loop-distribute-patterns") == true)
        #expect(!error.description.contains("spacious layout"))
    }

    @Test func `two functions that call each other are both named`() throws {
        let error = try failure(of: .stackOverruns) { loader throws(LoaderError) in
            // Init would not return.
            try loader.callWithoutInit(.sectorErase, [0x9000_0000, 0x9000_FFFF])
        }
        let names = error.findings.compactMap { finding -> Set<String>? in
            if case .recursion(let names, _, _, _, _) = finding { Set(names) } else { nil }
        }
        #expect(names == [["visit_sector", "visit_block"]])
        #expect(error.summary.contains(" rounds deep"))
    }

    @Test func `a recursion that ends may go deep`() throws {
        let bench = try LoaderBench { $0.flashContents = [UInt8](repeating: 0, count: 16 << 20) }
        let loader = try bench.load(.deepStack)
        try loader.erase(0x1_0000, at: start)
        #expect(bench.cells(0x1_0000, at: start).allSatisfy { $0 == 0xFF })
        // Deeper than there is stack it is told like one that does not end, with the depth.
        let error = try #require(throws: LoaderError.self) { try loader.massErase(isCancelled: { false }) }
        #expect(error.summary.contains("descend calls itself at descend+0x"))
        #expect(
            error.remedies == [
                """
                end the recursion; if it ends by itself, the loader needs more than 32256 bytes of stack, \
                and no layout gives it more: reduce its stack use
                """
            ])
        // The next call begins with Init, and finds stack and guard as they should be.
        try loader.erase(0x1_0000, at: start + 0x1_0000)
        #expect(throws: LoaderError.self) { try loader.massErase(isCancelled: { false }) }
    }

    @Test func `an array that spans the guard is found with the function that has it`() throws {
        let error = try failure(of: .stackOverruns) { loader throws(LoaderError) in
            try loader.callWithoutInit(.write, [0x9000_0000, 16, 0x2405_0000])
        }
        let frame = error.findings.compactMap { finding -> (String, Int)? in
            if case .largeFrame(let name, let size, _) = finding { (name, size) } else { nil }
        }.first
        #expect(frame?.0 == "table")
        #expect((102_400...102_600).contains(frame?.1 ?? 0))
        #expect(error.remedies == ["make its large local arrays static, so that they are not on the stack"])
    }

    @Test func `in the vendor's layout the function is named as well, with advice that fits`() throws {
        let loader = try LoaderBench().load(.deepStack, layout: .vendor)
        let error = try #require(throws: LoaderError.self) { try loader.massErase(isCancelled: { false }) }
        #expect(error.summary.contains("descend takes 528 bytes of stack for itself, of 1016 that there are"))
        #expect(error.remedies.first?.hasSuffix("use the spacious layout") == true)
    }

    // MARK: Stray stores

    @Test func `what runs up over its stack is stopped at the code it would return to`() throws {
        let error = try failure(of: .stackOverruns) { loader throws(LoaderError) in
            try loader.callWithoutInit(.massErase, [0])
        }
        #expect(
            error.summary.hasPrefix(
                """
                MassErase of stack-overruns.stldr was stopped when it wrote over the code that it returns to: \
                a wrong pointer or an array written beyond its end
                """))
        #expect(error.summary.contains("it stands in overrun"))
        #expect(error.findings.contains { if case .gateOverwritten = $0 { true } else { false } })
    }

    @Test func `a wild pointer into the guard is no stack overflow`() throws {
        let error = try failure(of: .stackOverruns) { loader throws(LoaderError) in
            try loader.callWithoutInit(.read, [0x9000_0000, 16, 0x2405_0000])
        }
        #expect(error.findings.first == .strayStore(belowStack: true))
        #expect(error.summary.contains("its stack is not full; it stands in"))
    }

    // MARK: The core's own units

    @Test func `the watchpoints are gone when the target is released, also after an error`() throws {
        let bench = try LoaderBench()
        let loader = try bench.load(.stackOverruns)
        let memory = bench.target.core.memory
        #expect(try memory.readWords(3, at: 0xE000_1020) == [0x2407_0000, 15, 6])
        #expect(throws: LoaderError.self) { try loader.initialize() }
        try bench.target.release(.halted)
        for comparator in 0..<UInt32(4) {
            #expect(try memory.readWord(at: 0xE000_1028 + 16 * comparator) & 0xF == 0)
        }
    }

    @Test func `nothing is written over the RAM of a core that runs`() throws {
        let bench = try LoaderBench()
        let before = try bench.target.core.memory.read(64, at: 0x2400_0000)
        try bench.target.core.run()
        let error = try #require(throws: LoaderError.self) { _ = try bench.load(.vendorTemplate) }
        #expect(error.code == "LDR-025")
        #expect(error.cause?.code == "COR-004")
        #expect(try bench.target.core.memory.read(64, at: 0x2400_0000) == before)
    }
}

extension LoadedLoader {
    /// Calls a function although Init did not run, where a loader's Init does not return.
    fileprivate func callWithoutInit(
        _ function: LoaderFunction, _ arguments: [UInt32]
    ) throws(LoaderError) {
        _ = try call(function, arguments, CallWork(within: .seconds(5)))
    }
}
