// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import BenchTestKit
import CMSISDAPProbe
import DebugAccess
import DebugProbe
import Essentials
import STLinkProbe
import Testing
import USBTransport

@testable import SimulatedBench

/// A driver in front of a simulated probe.
struct ProbeBench {
    let board: BareBoard
    let bench: SimulatedBench
    let device: USBDeviceDescription
    let probe: any DebugProbe

    init(_ configuration: BenchConfiguration, board: BareBoard = BareBoard()) throws {
        self.board = board
        bench = SimulatedBench(configuration, target: board)
        device = try #require(bench.bus.devices().first)
        probe = try Self.open(device, on: bench)
    }

    init(
        _ kind: BenchConfiguration.ProbeKind, board: BareBoard = BareBoard(),
        _ change: (inout BenchConfiguration) -> Void = { _ in }
    ) throws {
        try self.init(Self.configuration(kind, change), board: board)
    }

    static func configuration(
        _ kind: BenchConfiguration.ProbeKind, _ change: (inout BenchConfiguration) -> Void = { _ in }
    ) -> BenchConfiguration {
        var configuration = BenchConfiguration()
        configuration.probe = kind
        change(&configuration)
        return configuration
    }

    /// As the shell does it: whichever driver knows the device.
    static func open(_ device: USBDeviceDescription, on bench: SimulatedBench) throws -> any DebugProbe {
        try open(device, through: bench.bus, time: bench.time)
    }
    static func open(
        _ device: USBDeviceDescription, through bus: any USBBus, time: any Timebase
    ) throws -> any DebugProbe {
        if STLinkProbe.recognises(device) != nil {
            return try STLinkProbe(opening: device, on: bus, timebase: time, trace: .silent)
        }
        let candidate = try #require(CMSISDAPProbe.candidates(in: device).first)
        return try CMSISDAPProbe(
            opening: device, interface: candidate.interface, on: bus, timebase: time, trace: .silent)
    }

    /// A debug port that is connected and powered up.
    func connected(clock: Hertz = .megahertz(4)) throws -> DebugPort {
        let port = DebugPort(probe: probe, timebase: bench.time, trace: .silent)
        try port.connect(clock: clock)
        return port
    }
}

/// Bytes that a seed repeats.
func randomBytes(_ count: Int, seed: UInt64) -> [UInt8] {
    var generator = SeededGenerator(seed: seed)
    return generator.bytes(count)
}
