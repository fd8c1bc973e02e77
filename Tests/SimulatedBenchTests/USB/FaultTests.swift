// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Testing
import USBTransport

@testable import SimulatedBench

@Suite struct `Virtual USB faults` {
    private let mode: [UInt8] = [0xF5] + [UInt8](repeating: 0, count: 15)

    @Test func `stall the endpoint until the halt is cleared`() throws {
        let rig = try Rig(.stlinkV3, faults: [1: .stall])
        try rig.interface.send(mode, to: rig.output, within: .seconds(1))
        #expect(throws: USBError.stalled) {
            try rig.interface.receive(2, from: rig.input, within: .seconds(1))
        }
        #expect(throws: USBError.stalled) {
            try rig.interface.receive(2, from: rig.input, within: .seconds(1))
        }
        try rig.interface.clearHalt(rig.input)
        // The answer went with the stall.
        #expect(throws: USBError.timedOut(after: .seconds(1), transferred: 0)) {
            try rig.interface.receive(2, from: rig.input, within: .seconds(1))
        }
        #expect(try rig.command([0xF5], answer: 2) == [1, 0])
    }

    @Test func `leave a stalled command undelivered`() throws {
        let rig = try Rig(.stlinkV3, faults: [0: .stall])
        #expect(throws: USBError.stalled) { try rig.command([0xF5], answer: 2) }
        #expect(rig.bench.statistics.usbBytesOut == 0)
        try rig.interface.clearHalt(rig.output)
        #expect(try rig.command([0xF5], answer: 2) == [1, 0])
    }

    @Test func `time out in virtual time and leave the answer for the next reader`() throws {
        let rig = try Rig(.stlinkV3, faults: [1: .timeout])
        let before = rig.bench.time.now
        try rig.interface.send(mode, to: rig.output, within: .seconds(1))
        #expect(throws: USBError.timedOut(after: .seconds(3), transferred: 0)) {
            try rig.interface.receive(2, from: rig.input, within: .seconds(3))
        }
        #expect(rig.bench.time.now - before >= .seconds(3))
        #expect(rig.bench.statistics.usbTimeouts == 1)
        #expect(try rig.interface.receive(2, from: rig.input, within: .seconds(1)) == [1, 0])
    }

    @Test func `cut an answer short`() throws {
        let rig = try Rig(.stlinkV3, faults: [1: .short])
        #expect(try rig.command([0xF1], answer: 6).count == 3)
        #expect(try rig.command([0xF1], answer: 6).count == 6)
    }

    @Test func `cut a command short, which the probe takes for another`() throws {
        let rig = try Rig(.stlinkV3, faults: [0: .short])
        #expect(throws: USBError.timedOut(after: .seconds(2), transferred: 8)) {
            try rig.command([0xF1], answer: 6)
        }
        #expect(try rig.interface.receive(6, from: rig.input, within: .seconds(1)).count == 6)
    }

    @Test func `take the device away until it is plugged in again`() throws {
        let rig = try Rig(.stlinkV3, faults: [2: .disconnect])
        _ = try rig.command([0xF5], answer: 2)
        let pending = try rig.interface.submit(mode, to: rig.output, within: .seconds(1))
        let answer = try rig.interface.submitRead(2, from: rig.input, within: .seconds(1))
        #expect(throws: USBError.disconnected) { try rig.interface.complete(pending) }
        #expect(throws: USBError.disconnected) { try rig.interface.complete(answer) }
        #expect(throws: USBError.disconnected) { try rig.command([0xF5], answer: 2) }
        #expect(try rig.bench.bus.devices().isEmpty)
        let gone = rig.interface.device
        rig.bench.replug()
        #expect(throws: USBError.disconnected) { try rig.bench.bus.claim(interface: 0, of: gone) }
        #expect(throws: USBError.disconnected) { try rig.command([0xF5], answer: 2) }
        try rig.reclaim()
        #expect(rig.interface.device.location != gone.location)
        #expect(try rig.command([0xF5], answer: 2) == [1, 0])
    }

    @Test func `can be planned while the bench runs`() throws {
        let rig = try Rig(.stlinkV3)
        _ = try rig.command([0xF5], answer: 2)
        rig.bench.usbFaults.faults[rig.bench.usbTransferCount] = .stall
        #expect(throws: USBError.stalled) { try rig.command([0xF5], answer: 2) }
    }

    @Test(arguments: USBFaultPlan.Fault.allCases)
    func `hit control transfers too`(fault: USBFaultPlan.Fault) throws {
        let rig = try Rig(.stlinkV3, faults: [0: fault])
        func device() throws -> [UInt8] {
            try rig.interface.control(
                requestType: 0x80, request: 6, value: 0x0100, index: 0, data: [], readCount: 18,
                within: .seconds(1))
        }
        switch fault {
        case .short: #expect(try device().count == 9)
        case .stall: #expect(throws: USBError.stalled) { try device() }
        case .timeout: #expect(throws: USBError.timedOut(after: .seconds(1), transferred: 0)) { try device() }
        case .disconnect: #expect(throws: USBError.disconnected) { try device() }
        }
    }

    /// Whatever single transfer fails in whatever way, every call ends, and a new plug brings everything back.
    @Test(
        arguments: USBFaultPlan.Fault.allCases,
        [BenchConfiguration.ProbeKind.stlinkV2, .cmsisDAPv1, .cmsisDAPv2])
    func `always end`(fault: USBFaultPlan.Fault, kind: BenchConfiguration.ProbeKind) throws {
        let script: [[UInt8]] =
            kind == .stlinkV2
            ? [[0xF5], [0xF3, 0x07], [0xF2, 0x30, 0xA3], [0xF2, 0x36, 0, 0, 0, 0x24], [0xF2, 0x3E]]
            : [
                [0x00, 0xFF], [0x02, 0x01], [0x12, 16, 0x9E, 0xE7], [0x05, 0, 1, 0x02],
                [0x06, 0, 2, 0, 0x0F],
            ]
        for ordinal in 0..<10 {
            let rig = try Rig(kind, faults: [ordinal: fault])
            rig.target.unmapped = 0
            for request in script {
                do {
                    let padding = [UInt8](
                        repeating: 0, count: kind == .cmsisDAPv2 ? 0 : (kind == .stlinkV2 ? 16 : 64))
                    try rig.interface.send(
                        request + padding.dropFirst(request.count), to: rig.output, within: .seconds(1))
                    _ = try rig.interface.receive(512, from: rig.input, within: .seconds(1))
                } catch { #expect(error.code.hasPrefix("USB-")) }
            }
            rig.bench.usbFaults.faults = [:]
            rig.bench.replug()
            try rig.reclaim()
            if kind == .stlinkV2 { try rig.enterDebug() } else { try rig.connectDAP() }
        }
    }
}
