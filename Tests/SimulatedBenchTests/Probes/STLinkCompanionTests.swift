// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import BenchTestKit
import Essentials
import Testing
import USBTransport

@testable import SimulatedBench

/// The drive and the serial port beside the debug interface, as a host's own drivers talk to them.
@Suite struct `ST-LINK drive and serial port` {
    /// One claimed interface of a virtual probe.
    private struct Port {
        let bench: SimulatedBench
        let interface: any USBInterface

        init(_ kind: BenchConfiguration.ProbeKind, interface number: UInt8) throws {
            var configuration = BenchConfiguration()
            configuration.probe = kind
            bench = SimulatedBench(configuration, target: ScriptedTarget())
            let device = try #require(try bench.bus.devices().first)
            interface = try bench.bus.claim(interface: number, of: device)
        }
        private func wrapper(_ command: [UInt8], _ count: Int, isIn: Bool) -> [UInt8] {
            let padding = [UInt8](repeating: 0, count: 16 - command.count)
            return Array("USBC".utf8) + [1, 2, 3, 4, UInt8(count & 0xFF), UInt8(count >> 8), 0, 0]
                + [isIn ? 0x80 : 0, 0, UInt8(command.count)] + command + padding
        }
        /// A command that reads: its data, and whether it failed.
        func read(_ command: [UInt8], _ count: Int) throws -> (data: [UInt8], status: UInt8, residue: UInt8) {
            try interface.send(wrapper(command, count, isIn: true), to: 0x03, within: .seconds(1))
            let data = count == 0 ? [] : try interface.receive(count, from: 0x83, within: .seconds(1))
            let status = try status()
            return (data, status.last ?? 0xFF, status[8])
        }
        func write(_ command: [UInt8], _ bytes: [UInt8]) throws -> UInt8 {
            try interface.send(wrapper(command, bytes.count, isIn: false), to: 0x03, within: .seconds(1))
            try interface.send(bytes, to: 0x03, within: .seconds(1))
            return try status().last ?? 0xFF
        }
        private func status() throws -> [UInt8] {
            let status = try interface.receive(13, from: 0x83, within: .seconds(1))
            #expect(Array(status.prefix(8)) == Array("USBS".utf8) + [1, 2, 3, 4])
            return status
        }
        func control(_ type: UInt8, _ request: UInt8, _ index: UInt16, _ data: [UInt8] = [], _ count: Int = 0)
            throws -> [UInt8]
        {
            try interface.control(
                requestType: type, request: request, value: 0, index: index, data: data, readCount: count,
                within: .seconds(1))
        }
    }

    @Test(arguments: [BenchConfiguration.ProbeKind.stlinkV21, .stlinkV3])
    func `the drive says what it is and that nothing is in it`(kind: BenchConfiguration.ProbeKind) throws {
        let port = try Port(kind, interface: 1)
        #expect(try port.control(0xA1, 0xFE, 1, [], 1) == [0])
        let inquiry = try port.read([0x12, 0, 0, 0, 36, 0], 36)
        #expect(inquiry.status == 0)
        #expect(inquiry.data.count == 36)
        #expect(String(decoding: inquiry.data[8..<32], as: UTF8.self) == "MBED    microcontroller ")
        #expect(try port.read([0, 0, 0, 0, 0, 0], 0).status == 1)
        let sense = try port.read([3, 0, 0, 0, 18, 0], 18)
        #expect((sense.data[2], sense.data[12], sense.status) == (2, 0x3A, 0))
        // Told once.
        #expect(try port.read([3, 0, 0, 0, 18, 0], 18).data[2] == 0)
        let capacity = try port.read([0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0], 8)
        #expect((capacity.data.count, capacity.status, capacity.residue) == (0, 1, 8))
    }

    @Test func `what is written to the drive is refused and lost`() throws {
        let port = try Port(.stlinkV21, interface: 1)
        #expect(try port.write([0x2A, 0, 0, 0, 0, 0, 0, 0, 1, 0], [UInt8](repeating: 0xA5, count: 512)) == 1)
        #expect(try port.read([0x12, 0, 0, 0, 36, 0], 36).status == 0)
        #expect(try port.read([0xC0], 0).status == 1)
        #expect(try port.read([3, 0, 0, 0, 18, 0], 18).data[2] == 5)
    }

    @Test func `what is no command is not answered, and a reset begins anew`() throws {
        let port = try Port(.stlinkV3, interface: 1)
        for bytes in [[], [1, 2, 3], Array("USBC".utf8), [UInt8](repeating: 0xFF, count: 31)] {
            try port.interface.send(bytes, to: 0x03, within: .seconds(1))
            #expect(throws: USBError.self) {
                try port.interface.receive(13, from: 0x83, within: .milliseconds(50))
            }
        }
        #expect(try port.control(0x21, 0xFF, 1) == [])
        #expect(try port.read([0x12, 0, 0, 0, 36, 0], 36).status == 0)
    }

    @Test func `the serial port keeps its settings and loses what is sent`() throws {
        let port = try Port(.stlinkV21, interface: 3)
        let settings: [UInt8] = [0x80, 0x25, 0, 0, 0, 0, 8]
        #expect(try port.control(0x21, 0x20, 2, settings) == [])
        #expect(try port.control(0xA1, 0x21, 2, [], 7) == settings)
        #expect(try port.control(0x21, 0x22, 2) == [])
        try port.interface.send([UInt8](repeating: 0x55, count: 1_000), to: 0x05, within: .seconds(1))
        #expect(throws: USBError.stalled) { try port.control(0x21, 0x20, 2, [1, 2]) }
        #expect(throws: USBError.stalled) { try port.control(0xA1, 0x42, 2, [], 1) }
    }

    @Test func `a V2 has neither`() throws {
        let port = try Port(.stlinkV2, interface: 0)
        #expect(throws: USBError.stalled) { try port.control(0xA1, 0xFE, 1, [], 1) }
    }

    /// Whatever the host sends to the drive, debug commands are answered.
    @Test func `does not disturb the debug interface`() throws {
        let port = try Port(.stlinkV3, interface: 1)
        let debug = try port.bench.bus.claim(
            interface: 0, of: try #require(try port.bench.bus.devices().first))
        try port.interface.send([UInt8](repeating: 0x55, count: 2_000), to: 0x03, within: .seconds(1))
        try debug.send([0xF1] + [UInt8](repeating: 0, count: 15), to: 0x01, within: .seconds(1))
        #expect(try debug.receive(64, from: 0x81, within: .seconds(1)).count == 6)
    }
}
