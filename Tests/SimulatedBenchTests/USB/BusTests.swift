// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Testing
import USBTransport

@testable import SimulatedBench

@Suite struct `Virtual USB bus` {
    @Test(arguments: BenchConfiguration.ProbeKind.allCases)
    func `lists one device and lets each interface be claimed once`(kind: BenchConfiguration.ProbeKind) throws
    {
        let rig = try Rig(kind)
        let devices = try rig.bench.bus.devices()
        #expect(devices == [rig.interface.device])
        #expect(throws: USBError.self) { try rig.bench.bus.claim(interface: 0, of: devices[0]) }
        #expect(throws: USBError.noSuchInterface(number: 77)) {
            try rig.bench.bus.claim(interface: 77, of: devices[0])
        }
        rig.interface.close()
        rig.interface.close()
        try rig.reclaim()
    }

    @Test func `shows the interfaces of a composite probe`() throws {
        let rig = try Rig(.stlinkV21)
        let classes = rig.interface.device.interfaces.map(\.classCode)
        #expect(classes == [0xFF, 0x08, 0x02, 0x0A])
        #expect(rig.interface.device.deviceClass == 0xEF)
        let storage = try rig.bench.bus.claim(interface: 1, of: rig.interface.device)
        #expect(throws: USBError.timedOut(after: .milliseconds(10), transferred: 0)) {
            try storage.receive(64, from: 0x83, within: .milliseconds(10))
        }
    }

    @Test func `refuses endpoints that are not the interface's`() throws {
        let rig = try Rig(.stlinkV21)
        #expect(throws: USBError.noSuchEndpoint(address: 0x05)) {
            try rig.interface.send([0], to: 0x05, within: .seconds(1))
        }
        #expect(throws: USBError.noSuchEndpoint(address: 0x81)) {
            try rig.interface.send([0], to: 0x81, within: .seconds(1))
        }
        #expect(throws: USBError.noSuchEndpoint(address: 0x01)) {
            try rig.interface.receive(2, from: 0x01, within: .seconds(1))
        }
    }

    @Test func `keeps an unread answer for whoever claims the device next`() throws {
        let rig = try Rig(.cmsisDAPv2)
        try rig.interface.send([0x00, 0xFE], to: rig.output, within: .seconds(1))
        rig.interface.close()
        try rig.reclaim()
        #expect(try rig.interface.receive(512, from: rig.input, within: .seconds(1)) == [0x00, 1, 8])
    }

    @Test func `reports an answer that is longer than the read`() throws {
        let rig = try Rig(.stlinkV3)
        #expect(throws: USBError.overflow(expected: 4)) { try rig.command([0xF1], answer: 4) }
    }

    @Test func `takes a transfer back`() throws {
        let rig = try Rig(.stlinkV3)
        let ticket = try rig.interface.submitRead(2, from: rig.input, within: .seconds(1))
        rig.interface.cancel(ticket)
        #expect(throws: USBError.cancelled) { try rig.interface.complete(ticket) }
        #expect(try rig.command([0xF5], answer: 2) == [1, 0])
    }

    @Test func `forgets answers and halts with a port reset, not the firmware's mode`() throws {
        let rig = try Rig(.stlinkV3)
        try rig.enterDebug()
        try rig.interface.send([0xF1] + [UInt8](repeating: 0, count: 15), to: rig.output, within: .seconds(1))
        try rig.interface.resetDevice()
        #expect(try rig.command([0xF5], answer: 2) == [2, 0])
    }

    @Test func `answers the standard requests`() throws {
        let rig = try Rig(.cmsisDAPv2)
        func get(_ type: UInt8, _ request: UInt8, _ value: UInt16, _ index: UInt16, _ count: Int) throws
            -> [UInt8]
        {
            try rig.interface.control(
                requestType: type, request: request, value: value, index: index, data: [], readCount: count,
                within: .seconds(1))
        }
        #expect(try get(0x80, 0, 0, 0, 2) == [0, 0])
        #expect(try get(0x80, 8, 0, 0, 1) == [1])
        #expect(try get(0x81, 10, 0, 0, 1) == [0])
        #expect(try get(0x80, 6, 0x0600, 0, 255).count == 10)
        #expect(try get(0x82, 0, 0, 0x81, 2) == [0, 0])
        #expect(throws: USBError.stalled) { try get(0x80, 6, 0x0355, 0, 255) }
        #expect(throws: USBError.stalled) { try get(0xC0, 0x77, 0, 0, 4) }
        _ = try rig.interface.control(
            requestType: 0x02, request: 3, value: 0, index: 0x81, data: [], readCount: 0, within: .seconds(1))
        #expect(try get(0x82, 0, 0, 0x81, 2) == [1, 0])
        #expect(throws: USBError.stalled) { try rig.exchange([0x00, 0xFE]) }
    }

    @Test func `writes down what crosses the cable`() throws {
        let rig = try Rig(.stlinkV3)
        let memory = TranscriptMemory()
        rig.bench.record(into: memory)
        _ = try rig.command([0xF5], answer: 2)
        let mode = [0xF5] + [UInt8](repeating: 0, count: 15)
        let entries = memory.transcript.entries
        #expect(
            entries.map(\.event) == [
                .submitted(1, .out(mode, endpoint: 0x01), fault: nil), .ended(1, .done([])),
                .submitted(2, .read(count: 2, endpoint: 0x81), fault: nil), .ended(2, .done([1, 0])),
            ])
        #expect(entries.map(\.time) == entries.map(\.time).sorted())
    }
}
