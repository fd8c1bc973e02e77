// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe
import Essentials
import Testing
import USBTestKit
import USBTransport

@testable import CMSISDAPProbe

@Suite struct `Connecting through CMSIS-DAP` {
    @Test func `opening asks for what is needed`() throws {
        let fixture = try CMSISDAPFixture()
        #expect(fixture.probe.description.kind == "CMSIS-DAP v2")
        #expect(fixture.probe.description.firmware == "2.0.0")
        #expect(fixture.probe.description.serial == "0240000034544e45")
        #expect(fixture.complaints == [])
    }

    @Test func `facts of an ORBTrace`() throws {
        // As captured, stale bytes included.
        let opening =
            dap("00 fe", "00 01 01 00 00 00") + dap("00 ff", "00 02 fc 01 2e 33")
            + dap("00 fe", "00 01 01 00 00 00") + dap("00 f0", "00 01 03")
            + dap("00 04", "00 06 32 2e 31 2e 30 00")
            + dap("00 09", "00 12 76 31 2e 33 2e 31 2d 30 2d 67 64 30 39 36 35 37 35 00")
            + dap("00 03", "00 05 41 42 43 44 00")
        let fixture = try CMSISDAPFixture(.cmsisDAP(.bulkInterface(5), serialUnits: nil), opening: opening)
        #expect(fixture.probe.description.firmware == "2.1.0 (v1.3.1-0-gd096575)")
        #expect(fixture.probe.description.serial == "ABCD")
        #expect(fixture.probe.packetCount == 1)
        #expect(fixture.probe.channel.packetSize == 508)
        #expect(fixture.probe.description.limitations.count == 2)
        #expect(fixture.complaints == [])
    }

    @Test func `a probe that answers an item with "unknown command" does without`() throws {
        let opening =
            dap("00 fe", "ff") + dap("00 ff", "00 02 40 00") + dap("00 fe", "ff") + dap("00 f0", "ff")
            + dap("00 04", "00 05 30 32 35 34 00")
        let fixture = try CMSISDAPFixture(.hid, opening: reports(opening))
        #expect(fixture.probe.packetCount == 1)
        #expect(fixture.probe.description.firmware == "0254")
        #expect(fixture.complaints == [])
    }

    @Test func `a HID packet is never larger than a report`() throws {
        let fixture = try CMSISDAPFixture(.hid, opening: reports(CMSISDAPFixture.opening(size: 512)))
        #expect(fixture.probe.channel.packetSize == 64)
    }

    @Test(arguments: [0, 3, 15, 20_000] as [UInt16]) func `packets of impossible size are refused`(
        size: UInt16
    ) throws {
        let script =
            dap("00 fe", "00 01 04") + dap("00 ff") + [.reply([0, 2, UInt8(size & 0xff), UInt8(size >> 8)])]
        #expect(
            try #require(throws: ProbeError.self) { try CMSISDAPFixture(opening: script) }.code == "PRB-002")
    }

    @Test func `a probe without SWD is refused`() throws {
        let script =
            dap("00 fe", "00 01 01") + dap("00 ff", "00 02 00 02") + dap("00 fe", "00 01 01")
            + dap("00 f0", "00 01 02")
        #expect(
            try #require(throws: ProbeError.self) { try CMSISDAPFixture(opening: script) }.code == "PRB-006")
    }

    @Test func `stale responses are dropped`() throws {
        let stale: [ScriptedInterface.Step] = [.reply(bytes("05 01 01")), .reply(bytes("06 00 00 04"))]
        #expect(try CMSISDAPFixture(opening: stale + CMSISDAPFixture.opening()).complaints == [])
    }

    @Test func `an endpoint left halted is cleared`() throws {
        let opening: [ScriptedInterface.Step] =
            [.replyFails(.stalled)] + CMSISDAPFixture.opening()
        let fixture = try CMSISDAPFixture(opening: opening)
        #expect(fixture.usb.events.contains(.clearHalt(0x85)))
        #expect(fixture.complaints == [])
    }

    @Test func `a probe still at work for a host that crashed is listened to first`() throws {
        let opening =
            dap("00 fe", "06 00 00 02") + [.reply(bytes("00 01 04"))] + CMSISDAPFixture.opening()
        let fixture = try CMSISDAPFixture(opening: opening)
        #expect(!fixture.usb.events.contains(.reset))
        #expect(fixture.complaints == [])
    }

    @Test func `silence costs one bus reset`() throws {
        let silence = ScriptedInterface.Step.replyFails(.timedOut(after: .seconds(1), transferred: 0))
        let opening =
            dap("00 fe") + [silence, .out([7])] + dap("00 fe") + [silence] + CMSISDAPFixture.opening()
        let fixture = try CMSISDAPFixture(opening: opening)
        #expect(fixture.usb.events.count { $0 == .reset } == 1)
        #expect(fixture.time.now == .seconds(1))
        #expect(fixture.complaints == [])
    }

    @Test func `connecting selects SWD and ends with DPIDR`() throws {
        #expect(try CMSISDAPFixture.connected().complaints == [])
        #expect(try CMSISDAPFixture.connectedHID().complaints == [])
    }

    @Test(arguments: ["05 00 07", "05 00 05", "05 00 02"]) func `no target`(response: String) throws {
        let script = CMSISDAPFixture.connecting.dropLast() + [.reply(bytes(response))]
        let abort = response.hasSuffix("02") ? dap("08 00 01 00 00 00", "08 00") : []
        let fixture = try CMSISDAPFixture(opening: CMSISDAPFixture.opening() + script + abort)
        #expect(
            try #require(throws: ProbeError.self) { try fixture.probe.connect(clock: .megahertz(10)) }.code
                == "PRB-007")
        #expect(fixture.complaints == [])
    }

    @Test func `a probe that does not open SWD is a refusal`() throws {
        let fixture = try CMSISDAPFixture(
            opening: CMSISDAPFixture.opening() + dap("03", "03 00") + dap("02 01", "02 00"))
        #expect(
            try #require(throws: ProbeError.self) { try fixture.probe.connect(clock: .megahertz(10)) }.code
                == "PRB-005")
    }

    @Test func `a reset driven before connecting stays driven`() throws {
        let low = dap("10 00 80 a0 86 01 00", "10 00")
        let script =
            dap("03", "03 00") + dap("02 01", "02 01") + low
            // connecting: no second DAP_Connect, which would let the pin go
            + CMSISDAPFixture.clock10MHz + dap("13 00", "13 00") + dap("01 00 01", "01 00") + low
            + CMSISDAPFixture.switching + dap("10 80 80 a0 86 01 00", "10 83")
        let fixture = try CMSISDAPFixture(opening: CMSISDAPFixture.opening(), script)
        try fixture.probe.driveReset(true)
        try fixture.probe.connect(clock: .megahertz(10))
        try fixture.probe.driveReset(false)
        #expect(fixture.complaints == [])
    }

    @Test func `a line reset forgets SELECT`() throws {
        let read = dap("05 00 02 08 00 00 00 03 03", "05 02 01 01 00 00 00")
        let fixture = try CMSISDAPFixture.connected(
            read + dap("05 00 01 03", "05 01 01 02 00 00 00") + CMSISDAPFixture.switching + read)
        let operation = [DAPOperation.read(.accessPort(3, 0))]
        #expect(try fixture.probe.execute(operation) == [1])
        #expect(try fixture.probe.execute(operation) == [2])
        try fixture.probe.resetLine()
        #expect(try fixture.probe.execute(operation) == [1])
        #expect(fixture.complaints == [])
    }

    @Test func `a target that answers later is found by a line reset`() throws {
        let opening =
            CMSISDAPFixture.opening() + CMSISDAPFixture.connecting.dropLast() + [.reply(bytes("05 00 07"))]
        let fixture = try CMSISDAPFixture(
            opening: opening, CMSISDAPFixture.switching + dap("05 00 01 0e", "05 01 01 07 00 00 00"))
        #expect(throws: ProbeError.self) { try fixture.probe.connect(clock: .megahertz(10)) }
        try fixture.probe.resetLine()
        #expect(try fixture.probe.execute([.read(.debugPort(0xc))]) == [7])
        #expect(fixture.complaints == [])
    }

    @Test func `closing lets go of the pins and the interface, once`() throws {
        let fixture = try CMSISDAPFixture.connected(dap("01 00 00", "01 00") + dap("03", "03 00"))
        fixture.probe.close()
        fixture.probe.close()
        #expect(fixture.complaints == [])
        #expect(fixture.usb.events.count { $0 == .close } == 1)
    }

    @Test func `WAIT retries follow the clock`() throws {
        let script =
            dap("11 10 27 00 00", "11 00") + dap("04 00 64 00 00 00", "04 00")  // 10 kHz: the least
            + dap("11 00 00 d0 07", "11 00") + dap("04 00 ff ff 00 00", "04 00")  // 131 MHz: the most
        let fixture = try CMSISDAPFixture.connected(script)
        #expect(try fixture.probe.setClock(.kilohertz(10)) == .kilohertz(10))
        try fixture.probe.setClock(Hertz(0x07d0_0000))
        #expect(fixture.complaints == [])
    }

    @Test func `a clock it does not take is a refusal`() throws {
        let fixture = try CMSISDAPFixture.connected(dap("11 00 12 7a 00", "11 ff"))
        #expect(
            try #require(throws: ProbeError.self) { try fixture.probe.setClock(.megahertz(8)) }.code
                == "PRB-005")
    }

    @Test func `a probe without lamps is no worse`() throws {
        let script = CMSISDAPFixture.connecting.map {
            $0 == .reply(bytes("01 00")) ? .reply(bytes("ff")) : $0
        }
        let fixture = try CMSISDAPFixture(opening: CMSISDAPFixture.opening() + script)
        try fixture.probe.connect(clock: .megahertz(10))
        #expect(fixture.complaints == [])
    }
}
