// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugAccess
import DebugProbe
import Essentials
import STLinkProbe
import SimulatedBench
import Testing

/// The drivers against simulated probes that were built from the same published facts by somebody else.
@Suite struct `Drivers on simulated probes` {
    /// AXI SRAM of the D1 domain: reachable through AP 0 whatever the cores do.
    private static let memory: UInt32 = 0x2400_0000

    @Test(arguments: BenchConfiguration.ProbeKind.allCases) func `every probe is found and says what it is`(
        kind: BenchConfiguration.ProbeKind
    ) throws {
        let bench = try ProbeBench(kind)
        let description = bench.probe.description
        switch kind {
        case .stlinkV2: #expect(description.kind == "ST-LINK/V2")
        case .stlinkV21: #expect(description.kind == "ST-LINK/V2-1")
        case .stlinkV3: #expect(description.kind == "STLINK-V3")
        case .cmsisDAPv1: #expect(description.kind == "CMSIS-DAP v1")
        case .cmsisDAPv2: #expect(description.kind == "CMSIS-DAP v2")
        }
        #expect(description.serial?.isEmpty == false)
        #expect(!description.firmware.isEmpty)
    }

    @Test(arguments: BenchConfiguration.ProbeKind.allCases)
    func `the debug port and the four access ports are there`(
        kind: BenchConfiguration.ProbeKind
    ) throws {
        let port = try ProbeBench(kind).connected()
        #expect(port.identification?.rawValue == 0x6ba0_2477)
        let identifications = try (UInt8(0)...3).map { try port.readRegister(.accessPort($0, 0xfc)) }
        #expect(identifications == [0x8477_0001, 0x8477_0001, 0x5477_0002, 0x2477_0011])
    }

    @Test(arguments: BenchConfiguration.ProbeKind.allCases) func `memory comes back as it was written`(
        kind: BenchConfiguration.ProbeKind
    ) throws {
        let port = try ProbeBench(kind).connected()
        let memory = MemoryAccessPort(port: port, index: 0)
        // Across increment windows and command limits, and with ends of every alignment.
        for (offset, count) in [
            (0, 4), (1, 1), (3, 9), (0x3fe, 5), (0x3fc, 0x808), (0x1001, 6_200), (0x2000, 20_000),
        ] {
            let data = randomBytes(count, seed: UInt64(count))
            let address = Self.memory + UInt32(offset)
            try memory.write(data, at: address)
            #expect(try memory.read(count, at: address) == data, "\(count) bytes at \(address.hex)")
        }
    }

    @Test(arguments: BenchConfiguration.ProbeKind.allCases)
    func `a bad address is told, and does not stop the next access`(
        kind: BenchConfiguration.ProbeKind
    ) throws {
        let port = try ProbeBench(kind).connected()
        let memory = MemoryAccessPort(port: port, index: 0)
        for _ in 0..<2 {
            let error = try #require(throws: DebugAccessError.self) { try memory.read(64, at: 0x7000_0000) }
            guard case .busFault(accessPort: 0, _, isWrite: false, _) = error else { throw error }
            try memory.write([1, 2, 3, 4], at: Self.memory)
            #expect(try memory.read(4, at: Self.memory) == [1, 2, 3, 4])
        }
    }

    @Test(arguments: BenchConfiguration.ProbeKind.allCases)
    func `the target's supply is measured or not claimed`(
        kind: BenchConfiguration.ProbeKind
    ) throws {
        let volts = try ProbeBench(kind).probe.targetVoltage()
        switch kind {
        case .stlinkV2, .stlinkV21, .stlinkV3: #expect((3.2...3.4).contains(try #require(volts)))
        case .cmsisDAPv1, .cmsisDAPv2: #expect(volts == nil)
        }
    }

    @Test(arguments: BenchConfiguration.ProbeKind.allCases) func `a board without supply is no target`(
        kind: BenchConfiguration.ProbeKind
    ) throws {
        let bench = try ProbeBench(kind)
        bench.board.supplyVoltage = 0
        let error = try #require(throws: ProbeError.self) { try bench.probe.connect(clock: .megahertz(1)) }
        switch kind {
        case .stlinkV2, .stlinkV21, .stlinkV3: #expect(error.code == "PRB-008")
        case .cmsisDAPv1, .cmsisDAPv2: #expect(error.code == "PRB-007")
        }
    }

    @Test(arguments: BenchConfiguration.ProbeKind.allCases)
    func `pins switched off by firmware come back under reset`(
        kind: BenchConfiguration.ProbeKind
    ) throws {
        let bench = try ProbeBench(kind)
        bench.board.pinsAreSwitchedOff = true
        #expect(
            try #require(throws: ProbeError.self) { try bench.probe.connect(clock: .megahertz(1)) }.code
                == "PRB-007")
        try bench.probe.driveReset(true)
        let port = try bench.connected()
        #expect(port.identification?.rawValue == 0x6ba0_2477)
        try bench.probe.driveReset(false)
    }

    @Test(arguments: BenchConfiguration.ProbeKind.allCases) func `a closed probe can be opened again at once`(
        kind: BenchConfiguration.ProbeKind
    ) throws {
        let first = try ProbeBench(kind)
        _ = try first.connected()
        first.probe.close()
        let again = try ProbeBench.open(first.device, on: first.bench)
        try again.connect(clock: .megahertz(1))
        #expect(try again.execute([.read(.debugPort(0))]) == [0x6ba0_2477])
    }

    @Test(arguments: ["V2J24", "V2J26", "V2J28", "V2J29", "V2J32", "V2J37", "V2J45"])
    func `V2 firmware old and new`(
        firmware: String
    ) throws {
        let bench = try ProbeBench(.stlinkV2) { $0.probeFirmware = firmware }
        #expect(bench.probe.description.firmware.hasPrefix(firmware))
        let port = try bench.connected()
        let memory = MemoryAccessPort(port: port, index: 0)
        let data = randomBytes(3_001, seed: 7)
        try memory.write(data, at: Self.memory + 1)
        #expect(try memory.read(data.count, at: Self.memory + 1) == data)
        let canSelect = try #require(Int(firmware.dropFirst(3))) >= 28
        #expect(try port.identifyAccessPort(3).identification?.rawValue == (canSelect ? 0x2477_0011 : nil))
        #expect(bench.probe.description.limitations.contains { $0.contains("parked") } == !canSelect)
    }

    @Test(arguments: ["V3J1", "V3J2", "V3J5", "V3J6", "V3J9", "V3J16"]) func `V3 firmware old and new`(
        firmware: String
    ) throws {
        let bench = try ProbeBench(.stlinkV3) { $0.probeFirmware = firmware }
        let port = try bench.connected(clock: .megahertz(24))
        let memory = MemoryAccessPort(port: port, index: 0)
        let data = randomBytes(7_001, seed: 8)
        try memory.write(data, at: Self.memory + 1)
        #expect(try memory.read(data.count, at: Self.memory + 1) == data)
    }
}
