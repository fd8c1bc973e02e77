// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import BenchTestKit
import Essentials
import Testing
import USBTransport

@testable import SimulatedBench

/// A bench in front of a scripted target, with the probe's first interface claimed.
final class Rig {
    let target: ScriptedTarget
    let bench: SimulatedBench
    private(set) var interface: any USBInterface

    init(
        _ kind: BenchConfiguration.ProbeKind, firmware: String? = nil,
        target: ScriptedTarget = ScriptedTarget(),
        faults: [Int: USBFaultPlan.Fault] = [:]
    ) throws {
        self.target = target
        var configuration = BenchConfiguration()
        configuration.probe = kind
        configuration.probeFirmware = firmware
        configuration.usbFaults.faults = faults
        bench = SimulatedBench(configuration, target: target)
        interface = try Self.claim(bench)
    }
    /// Any firmware in place of the standard ones.
    init(target: ScriptedTarget, probe: (SerialWireHost) -> any USBFunction) throws {
        self.target = target
        bench = SimulatedBench(BenchConfiguration(), target: target, probe: probe)
        interface = try Self.claim(bench)
    }

    static func claim(_ bench: SimulatedBench) throws -> any USBInterface {
        let device = try #require(try bench.bus.devices().first)
        return try bench.bus.claim(interface: 0, of: device)
    }
    func reclaim() throws { interface = try Self.claim(bench) }

    var output: UInt8 { interface.descriptor.endpoints.first { !$0.isIn }?.address ?? 0 }
    var input: UInt8 { interface.descriptor.endpoints.first { $0.isIn }?.address ?? 0 }

    /// An ST-LINK command, padded to 16 bytes, with its answer.
    @discardableResult
    func command(
        _ bytes: [UInt8], data: [UInt8] = [], answer count: Int = 0, within limit: Duration = .seconds(2)
    ) throws -> [UInt8] {
        try interface.send(bytes + [UInt8](repeating: 0, count: 16 - bytes.count), to: output, within: limit)
        if !data.isEmpty { try interface.send(data, to: output, within: limit) }
        return count == 0 ? [] : try interface.receive(count, from: input, within: limit)
    }

    /// A CMSIS-DAP request with its response; reports are padded for version 1.
    func exchange(_ request: [UInt8], within limit: Duration = .seconds(5)) throws -> [UInt8] {
        let isHID = interface.descriptor.classCode == 3
        let padding = [UInt8](repeating: 0, count: isHID ? max(0, 64 - request.count) : 0)
        try interface.send(request + padding, to: output, within: limit)
        return try interface.receive(isHID ? 64 : 512, from: input, within: limit)
    }

    /// Puts an ST-LINK into SWD debug mode.
    func enterDebug() throws {
        if try command([0xF5], answer: 2)[0] == 0 { try command([0xF3, 0x07]) }
        #expect(try command([0xF2, 0x30, 0xA3], answer: 2) == [0x80, 0])
    }
    /// Connects a CMSIS-DAP probe up to an acknowledged power-up.
    func connectDAP() throws {
        #expect(try exchange([0x02, 0x01]).prefix(2) == [0x02, 0x01])
        let ones = [UInt8](repeating: 0xFF, count: 7)
        for sequence in [[0x12, 51] + ones, [0x12, 16, 0x9E, 0xE7], [0x12, 51] + ones, [0x12, 8, 0]] {
            #expect(try exchange(sequence).prefix(2) == [0x12, 0])
        }
        #expect(try exchange([0x05, 0, 1, 0x02]).prefix(3) == [0x05, 1, 1])
        #expect(try exchange([0x05, 0, 1, 0x04, 0, 0, 0, 0x50]).prefix(3) == [0x05, 1, 1])
        bench.time.wait(for: .milliseconds(1))
    }
}
