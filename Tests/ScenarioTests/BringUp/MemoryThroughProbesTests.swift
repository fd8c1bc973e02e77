// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import BenchTestKit
import DebugAccess
import DebugProbe
import Essentials
import Testing

@testable import SimulatedBench

/// Kinds and firmware whose ways to memory differ.
private let probes: [(kind: BenchConfiguration.ProbeKind, firmware: String?)] = [
    (.stlinkV2, nil), (.stlinkV2, "V2J28S7"), (.stlinkV21, nil), (.stlinkV3, nil), (.cmsisDAPv1, nil),
    (.cmsisDAPv2, nil),
]

@Suite struct `Memory through every probe` {
    private func connect(
        _ kind: BenchConfiguration.ProbeKind, _ firmware: String?
    ) throws -> (board: MemoryBoard, bench: SimulatedBench, port: DebugPort) {
        var configuration = BenchConfiguration()
        configuration.probe = kind
        configuration.probeFirmware = firmware
        let board = MemoryBoard()
        let bench = SimulatedBench(configuration, target: board)
        let port = DebugPort(probe: try bench.openProbe(), timebase: bench.time, trace: .silent)
        try port.connect(clock: .megahertz(4))
        return (board, bench, port)
    }

    @Test(arguments: probes) func `the access ports are found`(
        kind: BenchConfiguration.ProbeKind, firmware: String?
    ) throws {
        let (_, _, port) = try connect(kind, firmware)
        #expect(port.identification?.rawValue == 0x6BA0_2477)
        var found: [UInt32] = []
        for index in UInt8(0)..<4 {
            if let identification = try port.identifyAccessPort(index).identification {
                found.append(identification.rawValue)
            }
        }
        #expect(found == [0x8477_0001, 0x8477_0001, 0x5477_0002])
    }

    @Test(arguments: probes, [UInt8(0), 1]) func `any range at any alignment arrives`(
        probe: (kind: BenchConfiguration.ProbeKind, firmware: String?), index: UInt8
    ) throws {
        let (board, _, port) = try connect(probe.kind, probe.firmware)
        let memory = MemoryAccessPort(port: port, index: index, isCacheable: true)
        var model = board.bytes
        var generator = SeededGenerator(seed: 99)
        func random(_ limit: Int) -> Int { Int.random(in: 0..<limit, using: &generator) }
        for round in 0..<60 {
            let start = random(12_000)
            let count = round % 3 == 0 ? random(4_000) : random(40)
            let address = MemoryBoard.base + UInt32(start)
            if round % 2 == 0 {
                let bytes = (0..<count).map { _ in UInt8(random(256)) }
                try memory.write(bytes, at: address)
                model.replaceSubrange(start..<start + count, with: bytes)
            } else {
                #expect(try memory.read(count, at: address) == Array(model[start..<start + count]))
            }
        }
        #expect(board.bytes == model)
    }

    @Test(arguments: probes) func `a bus error names its address and leaves the port usable`(
        kind: BenchConfiguration.ProbeKind, firmware: String?
    ) throws {
        let (board, _, port) = try connect(kind, firmware)
        let memory = MemoryAccessPort(port: port, index: 0)
        let end = MemoryBoard.base + UInt32(MemoryBoard.count)
        let error = try #require(throws: DebugAccessError.self) { _ = try memory.read(64, at: end - 32) }
        guard case .busFault(0, let address, isWrite: false, _) = error else {
            Issue.record("\(error)")
            return
        }
        #expect((end - 32...end + 32).contains(address))
        #expect(throws: DebugAccessError.self) { try memory.writeWord(1, at: 0x9000_0000) }
        try memory.writeWord(0x1234_5678, at: MemoryBoard.base)
        #expect(try memory.readWord(at: MemoryBoard.base) == 0x1234_5678)
        #expect(board.bytes[0] == 0x78)
    }

    @Test(arguments: probes) func `scattered words keep their order`(
        kind: BenchConfiguration.ProbeKind, firmware: String?
    ) throws {
        let (board, _, port) = try connect(kind, firmware)
        let memory = MemoryAccessPort(port: port, index: 0)
        let base = MemoryBoard.base
        let values = try memory.perform([
            .write(base + 0x14, 1), .write(base + 0x18, 2), .read(base + 0x14), .write(base + 0x14, 3),
            .read(base + 0x18), .read(base + 0x14), .write(base + 0x404, 4), .read(base + 0x404),
        ])
        #expect(values == [1, 2, 3, 4])
        #expect(board.writes.map(\.address) == [0x14, 0x18, 0x14, 0x404].map { base + $0 })
        board.writes = []
        try memory.writeRepeatedly([5, 6, 7], at: base + 8)
        #expect(board.writes.map(\.address) == [8, 8, 8].map { base + $0 })
    }
}
