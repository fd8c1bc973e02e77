// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CortexM
import DebugAccess
import Essentials
import FlashLoader
import FlashProgramming
import TargetControl
import Testing

@testable import FlashAgent
@testable import SimulatedBench

/// The engine by itself: commands of all kinds, in the order in which they were handed over.
@Suite struct `The agent as an engine` {
    private func engine() throws -> (AgentEngine, LoaderBench) {
        let bench = try LoaderBench()
        let loader = try bench.loadReference()
        try loader.initialize()
        return (try AgentEngine.adopting(loader), bench)
    }

    private func bytes(_ result: EngineResult) -> [UInt8] {
        if case .bytes(let bytes) = result { bytes } else { [] }
    }
    private func range(_ offset: UInt32, _ count: Int) -> AddressRange {
        AddressRange(start: LoaderBench.flashStart + offset, count: count)
    }

    @Test func `reads a few bytes between small pieces`() throws {
        let (engine, _) = try engine()
        for number in 0..<6 {
            let place = range(UInt32(number) * 0x1000, 16)
            let piece = randomBytes(16, seed: UInt64(number))
            // Through the memory map, which each piece ends.
            #expect(bytes(try engine.execute(.read(place))) == [UInt8](repeating: 0xFF, count: 16))
            _ = try engine.execute(.program(piece, at: place.start))
            #expect(bytes(try engine.execute(.read(place))) == piece)
        }
    }

    @Test func `does not believe RAM that says more is done than was asked for`() throws {
        let (engine, bench) = try engine()
        #expect(bytes(try engine.execute(.read(range(0, 16)))).count == 16)
        // The word that counts completed commands, as after a power cut; the agent itself sleeps.
        let count = AgentRing.completed + 0x2400
        try bench.target.core.memory.writeWord(.max, at: count)
        let error = #expect(throws: FlashEngineFailure.self) { try engine.execute(.erase(range(0, 0x1000))) }
        guard case .failed(let cause)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(cause.code == "AGT-039")
    }

    @Test func `keeps the order of what it cannot do at once`() throws {
        let (engine, _) = try engine()
        let data = randomBytes(0x1000, seed: 81)
        let commands: [EngineCommand] = [
            .program(Array(data[..<256]), at: LoaderBench.flashStart),
            // Deferred: the host itself reads them.
            .read(range(0, 64)),
            .program(Array(data[256..<512]), at: LoaderBench.flashStart + 256),
            .program(Array(data[512...]), at: LoaderBench.flashStart + 512),
            .read(range(0, 0x1000)), .read(range(0x100, 0xF00)), .read(range(0x200, 0xE00)),
            // More than there are buffers for.
            .read(range(0, 0xC00)), .read(range(0, 0xB00)), .read(range(0, 0xA00)),
            .erase(range(0, 0x1000)), .read(range(0, 0x1000)),
            .program(Array(data[..<32]), at: LoaderBench.flashStart), .read(range(0, 0x1000)),
        ]
        for command in commands { try engine.submit(command) }
        let results = try commands.map { _ in try engine.complete { false } }
        #expect(bytes(results[1]) == Array(data[..<64]))
        #expect(bytes(results[4]) == data)
        #expect(bytes(results[5]) == Array(data[0x100...]) && bytes(results[6]) == Array(data[0x200...]))
        #expect(bytes(results[7]) == Array(data[..<0xC00]) && bytes(results[9]) == Array(data[..<0xA00]))
        #expect(bytes(results[11]) == [UInt8](repeating: 0xFF, count: 0x1000))
        #expect(bytes(results[13]) == Array(data[..<32]) + [UInt8](repeating: 0xFF, count: 0x1000 - 32))
        try engine.end()
    }
}
