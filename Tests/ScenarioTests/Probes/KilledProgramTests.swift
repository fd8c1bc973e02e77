// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugAccess
import DebugProbe
import EmulatedCortexM
import Essentials
import Foundation
import Testing
import USBTransport

@testable import SimulatedBench

/// A program dies after transfer 1, then 2, then 3 of a small job; the next program must have the probe.
@Suite struct `A program that was killed` {
    private static let memory: UInt32 = 0x2400_0000
    /// What neither program may touch.
    private static let guardWords: [UInt32] = [0x2400_0ffc, 0x2400_4000]
    /// More transfers than the job takes: a sweep that gets here is not ending.
    private static let limit = 2_000
    /// How long a transfer was under way: not at all, for some packets, until it was done, until its answer was there.
    private static let lastDurations: [Duration] = [
        .zero, .microseconds(400), .milliseconds(1), .milliseconds(20),
    ]

    /// Under reset first, then data in both directions: blocks of words and of single bytes.
    private func work(_ probe: any DebugProbe, _ bench: SimulatedBench, bytes: Int) throws {
        try probe.driveReset(true)
        let port = DebugPort(probe: probe, timebase: bench.time, trace: .silent)
        try port.connect(clock: .megahertz(4))
        try probe.driveReset(false)
        let memory = MemoryAccessPort(port: port, index: 0)
        let data = randomBytes(bytes, seed: 3)
        try memory.write(data, at: Self.memory + 0x1001)
        let found = try memory.read(data.count, at: Self.memory + 0x1001)
        #expect(found == data)
    }

    /// - Returns: false when the job was done before death came.
    private func killedJob(_ bench: SimulatedBench, after transfers: Int, _ lastDuration: Duration) throws
        -> Bool
    {
        let host = KilledHost(bench.bus, time: bench.time, transfers: transfers, lastDuration: lastDuration)
        let device = try #require(try bench.bus.devices().first)
        do {
            let probe = try ProbeBench.open(device, through: host, time: bench.time)
            try work(probe, bench, bytes: 6_300)
            probe.close()
        } catch {
            // A dead program tells nobody why.
            #expect(host.isKilled, "\(error)")
        }
        return host.isKilled
    }

    /// The sweep's transfers: every one with `EXTFLASH_SWEEP=all`, else every seventh, beginning elsewhere for each duration.
    private func stride(_ lastDuration: Duration) -> StrideTo<Int> {
        let isWhole = ProcessInfo.processInfo.environment["EXTFLASH_SWEEP"] == "all"
        let start = Self.lastDurations.firstIndex(of: lastDuration) ?? 0
        return isWhole
            ? Swift.stride(from: 1, to: Self.limit, by: 1)
            : Swift.stride(from: 1 + 2 * start, to: Self.limit, by: 7)
    }

    @Test(arguments: BenchConfiguration.ProbeKind.allCases, [true, false])
    func `leaves a probe that the next one can use`(
        kind: BenchConfiguration.ProbeKind, resetsReachProbe: Bool
    ) throws {
        for lastDuration in Self.lastDurations {
            var isEnding = false
            for transfers in stride(lastDuration) {
                let board = BareBoard()
                let bench = SimulatedBench(ProbeBench.configuration(kind), target: board)
                bench.usbResetsReachProbe = resetsReachProbe
                isEnding = try !killedJob(bench, after: transfers, lastDuration)
                if isEnding { break }
                let start = bench.time.now
                let device = try #require(try bench.bus.devices().first)
                let comment = Comment("killed after \(transfers) transfers and \(lastDuration)")
                #expect(throws: Never.self, comment) {
                    let probe = try ProbeBench.open(device, on: bench)
                    try work(probe, bench, bytes: 300)
                    probe.close()
                }
                #expect(bench.time.now - start < .seconds(6), comment)
                #expect(!board.probeHoldsReset, comment)
                for address in Self.guardWords {
                    #expect(board.read(accessPort: 0, address, .word, csw: 0) == 0, comment)
                }
            }
            #expect(isEnding, "the sweep does not end")
        }
    }

    @Test(arguments: BenchConfiguration.ProbeKind.allCases, [true, false])
    func `leaves it so also when the next ones are killed while they bring it back`(
        kind: BenchConfiguration.ProbeKind, resetsReachProbe: Bool
    ) throws {
        for seed in UInt64(1)...20 {
            var generator = SeededGenerator(seed: seed)
            let board = BareBoard()
            let bench = SimulatedBench(ProbeBench.configuration(kind), target: board)
            bench.usbResetsReachProbe = resetsReachProbe
            for _ in 0..<4 {
                let transfers = Int.random(in: 1...60, using: &generator)
                let lastDuration = Self.lastDurations.randomElement(using: &generator) ?? .zero
                _ = try killedJob(bench, after: transfers, lastDuration)
            }
            let device = try #require(try bench.bus.devices().first)
            #expect(throws: Never.self, "seed \(seed)") {
                let probe = try ProbeBench.open(device, on: bench)
                try work(probe, bench, bytes: 300)
                probe.close()
            }
            #expect(!board.probeHoldsReset, "seed \(seed)")
        }
    }

    /// A bench on which somebody else's program sent these packets and was killed.
    private func bench(
        _ kind: BenchConfiguration.ProbeKind, left packets: [[UInt8]]
    ) throws -> SimulatedBench {
        let bench = SimulatedBench(ProbeBench.configuration(kind), target: BareBoard())
        bench.usbResetsReachProbe = false
        let device = try #require(try bench.bus.devices().first)
        let interface = try bench.bus.claim(interface: 0, of: device)
        let out = try #require(interface.descriptor.endpoints.first { !$0.isIn }).address
        for packet in packets { try interface.send(packet, to: out, within: .seconds(1)) }
        bench.time.wait(for: .milliseconds(5))
        interface.close()
        return bench
    }
    private func expectWork(on bench: SimulatedBench) throws {
        let device = try #require(try bench.bus.devices().first)
        let probe = try ProbeBench.open(device, on: bench)
        try work(probe, bench, bytes: 300)
        probe.close()
    }

    /// Lengths that end with a filler, in the middle of one, and as long as a command can ask for.
    @Test(
        arguments: [BenchConfiguration.ProbeKind.stlinkV2, .stlinkV21, .stlinkV3],
        [4, 16, 60, 6_144, 65_532])
    func `may be anybody's, with data of any length outstanding`(
        kind: BenchConfiguration.ProbeKind, count: Int
    ) throws {
        let length = UInt16(count)
        let command: [UInt8] =
            [0xf2, 0x08, 0, 0, 0, 0x24, UInt8(truncatingIfNeeded: length), UInt8(length >> 8)]
            + [0, 0, 0, 0, 0, 0, 0, 0]
        try expectWork(on: bench(kind, left: [[0xf3, 0x07] + [UInt8](repeating: 0, count: 14), command]))
    }

    @Test(arguments: [BenchConfiguration.ProbeKind.cmsisDAPv1, .cmsisDAPv2])
    func `may be anybody's, with as many queued requests as the probe takes`(
        kind: BenchConfiguration.ProbeKind
    ) throws {
        // DAP_QueueCommands waits for a request that is none; DAP_Info answers like the question that is asked first.
        try expectWork(
            on: bench(kind, left: [[0x7e, 1, 0, 0xff], [0x7e, 1, 0, 0xfe], [0x7e, 1, 0, 0xff]]))
        try expectWork(on: bench(kind, left: [[0, 0xff], [0, 0xfe], [0, 0xff], [0, 0xf0]]))
    }
}
