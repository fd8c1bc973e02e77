// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe
import Essentials
import Testing
import USBTestKit
import USBTransport

@testable import STLinkProbe

@Suite struct `Connecting through an ST-LINK` {
    @Test func `a V3 picks the fastest clock of its list that is not above the one asked for`() throws {
        let fixture = try STLinkFixture.connected(exchange("f2 61 00 00 e4 0c", "80 00 00 00 e4 0c 00 00"))
        #expect(try fixture.probe.setClock(.kilohertz(7_999)) == .kilohertz(3_300))
        #expect(fixture.complaints == [])
    }

    @Test func `below the slowest it picks the slowest, and believes what the probe made of it`() throws {
        let fixture = try STLinkFixture.connected(exchange("f2 61 00 00 05 00", "80 00 00 00 04 00 00 00"))
        #expect(try fixture.probe.setClock(Hertz(100)) == .kilohertz(4))
    }

    @Test func `a V2 takes a divisor`() throws {
        let fixture = try STLinkFixture.connectedV2("2b 47", exchange("f2 43 03", "80 00"))
        #expect(try fixture.probe.setClock(.megahertz(1)) == .kilohertz(950))
        #expect(fixture.complaints == [])
    }

    @Test func `firmware before J24 is refused before the target is touched`() throws {
        let fixture = try STLinkFixture(
            .v2, opening: STLinkFixture.openingV2("25 c0"), exchange("f5", "01 00"))
        let error = try #require(throws: ProbeError.self) { try fixture.probe.connect(clock: .megahertz(1)) }
        #expect(error.summary.contains("V2J24"))
        #expect(fixture.complaints == [])
    }

    @Test func `a reset asked for is driven before and after entering`() throws {
        let script =
            exchange("f2 3c 00", "80 00") + exchange("f5", "01 00") + exchange("f2 43", "80 00")
            + exchange("f2 3c 00", "80 00") + exchange("f2 30 a3", "80 00") + exchange("f2 3c 00", "80 00")
            + exchange("f2 3c 01", "80 00")
        let fixture = try STLinkFixture(.v2, opening: STLinkFixture.openingV2J45, script)
        try fixture.probe.driveReset(true)
        try fixture.probe.connect(clock: .megahertz(4))
        try fixture.probe.driveReset(false)
        #expect(fixture.complaints == [])
    }

    @Test func `a reset refused before entering counts only once entered`() throws {
        let script =
            exchange("f2 3c 00", "42 00") + exchange("f5", "01 00") + exchange("f2 43", "80 00")
            + exchange("f2 3c 00", "42 00") + exchange("f2 30 a3", "80 00") + exchange("f2 3c 00", "42 00")
        let fixture = try STLinkFixture(.v2, opening: STLinkFixture.openingV2J45, script)
        try fixture.probe.driveReset(true)
        let error = try #require(throws: ProbeError.self) { try fixture.probe.connect(clock: .megahertz(4)) }
        #expect(error.code == "PRB-005")
        #expect(fixture.complaints == [])
    }

    @Test(arguments: ["04", "05", "09", "16"]) func `no target`(status: String) throws {
        let script =
            exchange("f5", "01 00") + exchange("f2 43", "80 00") + exchange("f2 3c 01", "80 00")
            + exchange("f2 30 a3", "\(status) 00") + exchange("f7", "f1 05 00 00 0b 08 00 00")
        let fixture = try STLinkFixture(.v2, opening: STLinkFixture.openingV2J45, script)
        let error = try #require(throws: ProbeError.self) { try fixture.probe.connect(clock: .megahertz(4)) }
        #expect(error.code == "PRB-007")
        #expect(fixture.complaints == [])
    }

    @Test func `no target without supply`() throws {
        let script =
            exchange("f5", "01 00") + exchange("f2 43", "80 00") + exchange("f2 3c 01", "80 00")
            + exchange("f2 30 a3", "05 00") + exchange("f7", "f1 05 00 00 10 00 00 00")
        let fixture = try STLinkFixture(.v2, opening: STLinkFixture.openingV2J45, script)
        let error = try #require(throws: ProbeError.self) { try fixture.probe.connect(clock: .megahertz(4)) }
        guard case .targetNotPowered(let volts) = error else { Issue.record("\(error)"); return }
        #expect(volts < 0.1)
    }

    @Test func `entering is tried again while the target is busy`() throws {
        let script =
            exchange("f5", "01 00") + exchange("f2 43", "80 00") + exchange("f2 3c 01", "42 00")
            + exchange("f2 30 a3", "14 00") + exchange("f2 30 a3", "10 00") + exchange("f2 30 a3", "80 00")
        let fixture = try STLinkFixture(.v2, opening: STLinkFixture.openingV2J45, script)
        try fixture.probe.connect(clock: .megahertz(4))
        #expect(fixture.time.now == .microseconds(300))
        #expect(fixture.complaints == [])
    }

    @Test func `line reset enters again, on old firmware after leaving`() throws {
        let new = try STLinkFixture.connected(exchange("f2 30 a3", "80 00"))
        try new.probe.resetLine()
        #expect(new.complaints == [])
        let old = try STLinkFixture.connectedV2(
            "2b 47", exchange("f5", "02 00") + exchange("f2 21") + exchange("f2 30 a3", "80 00"))
        try old.probe.resetLine()
        #expect(old.complaints == [])
    }

    @Test func `line reset may fail and be tried again, as while the target resets`() throws {
        let silent = exchange("f2 30 a3", "05 00") + exchange("f7", "f1 05 00 00 0b 08 00 00")
        let read = exchange("f2 45 ff ff 00 00", "80 00 00 00 77 24 a0 6b")
        let fixture = try STLinkFixture.connected(silent + exchange("f2 30 a3", "80 00") + read)
        #expect(throws: ProbeError.self) { try fixture.probe.resetLine() }
        try fixture.probe.resetLine()
        #expect(try fixture.probe.execute([.read(.debugPort(0))]) == [0x6ba0_2477])
        #expect(fixture.complaints == [])
    }

    @Test func `line reset does not let go of nRST`() throws {
        let script =
            exchange("f2 3c 00", "80 00") + exchange("f2 3c 00", "80 00") + exchange("f2 30 a3", "80 00")
            + exchange("f2 3c 00", "80 00")
        let fixture = try STLinkFixture.connectedV2("2b 47", script)
        try fixture.probe.driveReset(true)
        try fixture.probe.resetLine()
        #expect(fixture.complaints == [])
    }

    @Test func `closing closes the access ports, leaves DEBUG mode and gives the interface back, once`()
        throws
    {
        let script =
            exchange("f2 4b 03", "80 00") + exchange("f2 45 03 00 00 00", "80 00 00 00 01 00 00 00")
            + exchange("f2 4c 03", "80 00") + exchange("f5", "02 00") + exchange("f2 21")
        let fixture = try STLinkFixture.connected(script)
        #expect(try fixture.probe.execute([.read(.accessPort(3, 0x00))]) == [1])
        fixture.probe.close()
        fixture.probe.close()
        #expect(fixture.complaints == [])
        #expect(fixture.usb.events.count { $0 == .close } == 1)
    }

    @Test func `closing lets go of nRST, also when no target was found`() throws {
        let script =
            exchange("f2 3c 00", "80 00") + exchange("f5", "01 00") + exchange("f2 43", "80 00")
            + exchange("f2 3c 00", "80 00") + exchange("f2 30 a3", "05 00")
            + exchange("f7", "f1 05 00 00 0b 08 00 00")
            + exchange("f2 3c 01", "80 00") + exchange("f5", "02 00") + exchange("f2 21")
        let fixture = try STLinkFixture(.v2, opening: STLinkFixture.openingV2J45, script)
        try fixture.probe.driveReset(true)
        #expect(throws: ProbeError.self) { try fixture.probe.connect(clock: .megahertz(4)) }
        fixture.probe.close()
        #expect(fixture.complaints == [])
    }

    @Test func `closing gives the interface back even when the probe is gone`() throws {
        let fixture = try STLinkFixture.connected(exchange("f5") + [.replyFails(.disconnected)])
        fixture.probe.close()
        #expect(fixture.complaints == [])
        #expect(fixture.usb.events.last == .close)
    }

    @Test func `nothing is done without connecting`() throws {
        let fixture = try STLinkFixture()
        #expect(throws: ProbeError.self) { try fixture.probe.execute([.read(.debugPort(0))]) }
        #expect(throws: ProbeError.self) { try fixture.probe.resetLine() }
        #expect(fixture.complaints == [])
    }
}
