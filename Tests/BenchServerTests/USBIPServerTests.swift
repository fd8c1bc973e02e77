// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Glibc
import SimulatedBench
import Testing

@testable import BenchServer

@Suite struct `USB/IP server` {
    private func text(_ bytes: some Sequence<UInt8>) -> String {
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }

    @Test func `lists what is plugged in, and ends the connection`() throws {
        let rig = USBIPRig(.stlinkV3, .cmsisDAPv1)
        let client = try rig.connect()
        try client.send(USBIPClient.listRequest)
        #expect(try client.receive(12) == [1, 0x11, 0, 5, 0, 0, 0, 0, 0, 0, 0, 2])
        let first = try client.receive(312)
        #expect(text(first) == "/sys/devices/platform/extflash.0/usb1/1-1")
        #expect(text(first[256...]) == "1-1")
        // Bus 1, address 2, high speed, 0483:374e.
        #expect(Array(first[288..<304]) == [0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0x04, 0x83, 0x37, 0x4E])
        // Configuration 1 of 1.
        #expect(Array(first[309...310]) == [1, 1])
        let interfaces = try client.receive(4 * Int(first[311]))
        #expect(Array(interfaces.prefix(4)) == [0xFF, 0xFF, 0xFF, 0])
        let second = try client.receive(312)
        #expect(text(second[256...]) == "1-2")
        // Full speed; one interface of class HID.
        #expect(Array(second[296..<300]) == [0, 0, 0, 2])
        #expect(try client.receive(4) == [3, 0, 0, 0])
        #expect(client.isCutOff())
    }

    @Test(arguments: [
        (BenchConfiguration.ProbeKind.stlinkV2, 2), (.stlinkV21, 1), (.stlinkV3, 1),
    ])
    func `carries a probe's commands`(kind: BenchConfiguration.ProbeKind, out: Int) throws {
        let client = try USBIPRig(kind).importing("1-1")
        let descriptor = try client.control([0x80, 6, 0, 1, 0, 0, 18, 0])
        let answer = try client.answer(isIn: true)
        #expect((answer.sequence, answer.status, answer.bytes.count) == (descriptor, 0, 18))
        #expect(Array(answer.bytes[8...9]) == [0x83, 0x04])

        let read = try client.read(64, endpoint: 1)
        let write = try client.write([0xF1] + [UInt8](repeating: 0, count: 15), endpoint: out)
        let (first, second) = (try client.answer(isIn: false), try client.answer(isIn: true))
        #expect(first == .init(kind: 3, sequence: write, status: 0, moved: 16))
        #expect((second.sequence, second.status, second.bytes.count) == (read, 0, 6))
    }

    @Test func `gives a device to one client only`() throws {
        let rig = USBIPRig(.stlinkV3)
        let holder = try rig.importing("1-1")
        let second = try rig.connect()
        try second.send(USBIPClient.importRequest("1-1"))
        #expect(try second.receive(8) == [1, 0x11, 0, 3, 0, 0, 0, 2])
        #expect(second.isCutOff())
        let list = try rig.connect()
        try list.send(USBIPClient.listRequest)
        #expect(try list.receive(12).last == 0)
        let unknown = try rig.connect()
        try unknown.send(USBIPClient.importRequest("1-2"))
        #expect(try unknown.receive(8) == [1, 0x11, 0, 3, 0, 0, 0, 4])
        try holder.control([0x80, 8, 0, 0, 0, 0, 1, 0])
        #expect(try holder.answer(isIn: true).bytes == [1])
    }

    @Test func `gives a device out again when its client has gone`() throws {
        let rig = USBIPRig(.stlinkV3)
        do {
            let first = try rig.importing("1-1")
            try first.read(64, endpoint: 1)
        }
        rig.turn()
        #expect(rig.server.isInUse == false)
        #expect(rig.bus.devices[0]?.transfers.isEmpty == true)
        let second = try rig.importing("1-1")
        try second.read(64, endpoint: 1)
        try second.write([0xF1] + [UInt8](repeating: 0, count: 15), endpoint: 1)
        #expect(try second.answer(isIn: false).status == 0)
        #expect(try second.answer(isIn: true).bytes.count == 6)
    }

    @Test func `takes transfers back`() throws {
        let client = try USBIPRig(.stlinkV3).importing("1-1")
        let read = try client.read(64, endpoint: 1)
        let unlink = try client.unlink(read)
        #expect(try client.answer(isIn: false) == .init(kind: 4, sequence: unlink, status: -ECONNRESET))
        // One that has ended, and one that never was.
        let control = try client.control([0x80, 8, 0, 0, 0, 0, 1, 0])
        #expect(try client.answer(isIn: true).bytes == [1])
        for target in [control, 4_711] {
            let unlink = try client.unlink(target)
            #expect(try client.answer(isIn: false) == .init(kind: 4, sequence: unlink, status: 0))
        }
        #expect(client.isSilent())
    }

    @Test func `tells of a stall, and ends it on request`() throws {
        let rig = USBIPRig(.stlinkV3)
        let client = try rig.importing("1-1")
        #expect(rig.bus.obey("fault stall endpoint 0x81") == "ok\n")
        for status in [-EPIPE, -EPIPE] {
            try client.read(64, endpoint: 1)
            if rig.bus.devices[0]?.transfers.isEmpty == false {
                try client.write([0xF1] + [UInt8](repeating: 0, count: 15), endpoint: 1)
                #expect(try client.answer(isIn: false).status == 0)
            }
            #expect(try client.answer(isIn: true).status == status)
        }
        try client.control([0x02, 1, 0, 0, 0x81, 0, 0, 0])
        #expect(try client.answer(isIn: false).status == 0)
        try client.read(64, endpoint: 1)
        try client.write([0xF1] + [UInt8](repeating: 0, count: 15), endpoint: 1)
        #expect(try client.answer(isIn: false).status == 0)
        #expect(try client.answer(isIn: true).bytes.count == 6)
        try client.control([0xC0, 0x77, 0, 0, 0, 0, 8, 0])
        #expect(try client.answer(isIn: true).status == -EPIPE)
    }

    @Test func `refuses a short answer where the client does`() throws {
        let client = try USBIPRig(.stlinkV3).importing("1-1")
        try client.read(64, endpoint: 1, flags: 1)
        try client.write([0xF1] + [UInt8](repeating: 0, count: 15), endpoint: 1)
        _ = try client.answer(isIn: false)
        let answer = try client.answer(isIn: true)
        #expect(answer.status == -EREMOTEIO)
        #expect(answer.bytes.count == 6)
    }

    @Test func `a pulled plug ends the transfers, then the connection`() throws {
        let rig = USBIPRig(.stlinkV3)
        let client = try rig.importing("1-1")
        let read = try client.read(64, endpoint: 1)
        #expect(rig.bus.obey("unplug") == "ok\n")
        #expect(rig.server.interests.isEmpty)
        #expect(try client.answer(isIn: true) == .init(kind: 3, sequence: read, status: -ESHUTDOWN))
        #expect(client.isCutOff())
        let early = try rig.connect()
        try early.send(USBIPClient.importRequest("1-1"))
        #expect(try early.receive(8).last == 4)
        #expect(rig.bus.obey("plug") == "ok\n")
        let again = try rig.importing("1-1")
        #expect(again.identifier != client.identifier)
        try again.control([0x80, 8, 0, 0, 0, 0, 1, 0])
        #expect(try again.answer(isIn: true).status == 0)
    }

    @Test func `a reset of the port keeps the device and ends its transfers`() throws {
        let rig = USBIPRig(.stlinkV3)
        let client = try rig.importing("1-1")
        let read = try client.read(64, endpoint: 1)
        let reset = try client.control([0x23, 3, 4, 0, 1, 0, 0, 0])
        #expect(try client.answer(isIn: true) == .init(kind: 3, sequence: read, status: -ESHUTDOWN))
        #expect(try client.answer(isIn: false) == .init(kind: 3, sequence: reset, status: 0))
        try client.control([0x80, 8, 0, 0, 0, 0, 1, 0])
        #expect(try client.answer(isIn: true).status == 0)
    }
}
