// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe
import Essentials
import Testing
import USBTestKit
import USBTransport

@testable import STLinkProbe

@Suite struct `Opening an ST-LINK` {
    @Test func `a V3 is asked twice for its version`() throws {
        let fixture = try STLinkFixture()
        #expect(fixture.probe.description.firmware == "V3J9M3")
        #expect(fixture.probe.description.kind == "STLINK-V3")
        #expect(fixture.complaints == [])
    }

    @Test func `a V2 after power-on is taken out of DFU mode`() throws {
        // As the capture of a V2J16 goes, but for the order and ST's own `f1 80`.
        let opening =
            exchange("f5", "00 01") + exchange("f1", "24 00 83 04 48 37") + exchange("f5", "00 01")
            + exchange("f3 07")
        let fixture = try STLinkFixture(.v2, opening: opening, exchange("f7", "9b 06 00 00 02 08 00 00"))
        #expect(try #require(try fixture.probe.targetVoltage()) > 2.9)
        #expect(fixture.probe.description.firmware == "V2J16")
        #expect(fixture.complaints == [])
    }

    @Test(arguments: [("02 00", "f2 21"), ("03 00", "f4 01")]) func `a mode left by a crashed host is left`(
        mode: String, exit: String
    ) throws {
        let opening =
            exchange("f5", mode) + exchange("f1", "2b 47 83 04 48 37") + exchange("f5", mode) + exchange(exit)
        #expect(try STLinkFixture(.v2, opening: opening).complaints == [])
    }

    @Test func `DEBUG mode is never left from outside of it`() throws {
        let fixture = try STLinkFixture()
        fixture.probe.close()
        #expect(!fixture.usb.sent.contains(bytes("f2 21", paddedTo: 16)))
        #expect(fixture.usb.events.last == .close)
    }

    @Test func `stale answers are dropped before the first command`() throws {
        let stale: [ScriptedInterface.Step] = [
            .reply(bytes("80 00")), .reply([UInt8](repeating: 7, count: 512)),
        ]
        let fixture = try STLinkFixture(.v3, opening: stale + STLinkFixture.openingV3)
        #expect(fixture.probe.description.firmware == "V3J9M3")
        #expect(fixture.complaints == [])
    }

    @Test func `a probe that talks without end does not hang the host`() throws {
        let stale = [ScriptedInterface.Step](repeating: .reply([1]), count: 64)
        #expect(try STLinkFixture(.v3, opening: stale + STLinkFixture.openingV3).complaints == [])
    }

    @Test func `one bus reset for a probe that does not answer`() throws {
        let silence: [ScriptedInterface.Step] =
            exchange("f5") + [.replyFails(.timedOut(after: .seconds(1), transferred: 0))]
        let fixture = try STLinkFixture(.v3, opening: silence + STLinkFixture.openingV3)
        #expect(fixture.usb.events.contains(.reset))
        #expect(fixture.time.now == .seconds(1))
        #expect(fixture.complaints == [])
    }

    @Test func `a probe that never answers is an error, and is given back`() throws {
        let silence: [ScriptedInterface.Step] =
            exchange("f5") + [.replyFails(.timedOut(after: .seconds(1), transferred: 0))]
        let usb = ScriptedInterface(.v3, script: silence + silence)
        let error = try #require(throws: ProbeError.self) {
            try STLinkProbe(opening: .v3, on: ScriptedBus(usb), timebase: VirtualTime(), trace: .silent)
        }
        #expect(error.code == "PRB-001")
        #expect(error.cause?.code == "USB-001")
        #expect(usb.events.last == .close)
    }

    @Test(arguments: [
        exchange("f5", "01 00") + exchange("f1", "26 87 83 04 4b 37"),  // V2-1 as SWIM programmer
        exchange("f5", "01 00") + exchange("f1", "1b 00 83 04 4b 37"),  // calls itself V1
        exchange("f5", "04 00") + exchange("f1", "2b 5b 83 04 4b 37") + exchange("f5", "04 00"),  // loader
    ]) func `probes that cannot do SWD are refused`(opening: [ScriptedInterface.Step]) throws {
        let usb = ScriptedInterface(.v21, script: opening)
        let error = try #require(throws: ProbeError.self) {
            try STLinkProbe(opening: .v21, on: ScriptedBus(usb), timebase: VirtualTime(), trace: .silent)
        }
        #expect(error.code == "PRB-006")
        #expect(usb.complaints == [])
        #expect(usb.events.last == .close)
    }

    @Test func `a busy interface says who is meant`() throws {
        let usb = ScriptedInterface(.v3, script: [])
        let bus = ScriptedBus(usb, refusing: .busy(device: "1-2", holder: "openocd"))
        let error = try #require(throws: ProbeError.self) {
            try STLinkProbe(opening: .v3, on: bus, timebase: VirtualTime(), trace: .silent)
        }
        #expect(error.cause?.code == "USB-005")
    }

    @Test(arguments: 0..<12) func `a version cut short is an error at every length`(count: Int) throws {
        let short = Array(bytes("03 00 09 03 00 00 00 00 83 04 4e 37").prefix(count))
        let attempt =
            exchange("f5", "01 00") + exchange("f1", "30 00 83 04 4e 37") + exchange("fb") + [
                ScriptedInterface.Step.reply(short)
            ]
        let usb = ScriptedInterface(.v3, script: attempt + attempt)
        let error = try #require(throws: ProbeError.self) {
            try STLinkProbe(opening: .v3, on: ScriptedBus(usb), timebase: VirtualTime(), trace: .silent)
        }
        #expect(error.code == "PRB-002")
        #expect(usb.complaints == [])
    }

    @Test func `an answer that is too long is an error`() throws {
        let attempt = exchange("f5", "01 00") + exchange("f1", "30 00 83 04 4e 37 99")
        let usb = ScriptedInterface(.v3, script: attempt + attempt)
        #expect(
            try #require(throws: ProbeError.self) {
                try STLinkProbe(opening: .v3, on: ScriptedBus(usb), timebase: VirtualTime(), trace: .silent)
            }.code == "PRB-002")
    }
}
