// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe
import Essentials
import Testing
import USBTestKit
import USBTransport

@testable import STLinkProbe

@Suite struct `ST-LINK recovery` {
    private let echo = exchange("f5", "02 00")
    private let late = USBError.timedOut(after: .seconds(6), transferred: 0)

    @Test func `an answer that came too late is dropped, and work goes on`() throws {
        let script =
            exchange("f2 45 ff ff 00 00") + [.replyFails(late), .reply(bytes("80 00 00 00 01 00 00 00"))]
            + echo + exchange("f2 45 ff ff 0c 00", "80 00 00 00 02 00 00 00")
        let fixture = try STLinkFixture.connected(script)
        #expect(
            try #require(throws: ProbeError.self) { try fixture.probe.execute([.read(.debugPort(0))]) }.code
                == "PRB-001")
        #expect(try fixture.probe.execute([.read(.debugPort(0xc))]) == [2])
        #expect(!fixture.usb.events.contains(.reset))
        #expect(fixture.complaints == [])
    }

    @Test func `halted endpoints are cleared`() throws {
        let script =
            exchange("f2 45 ff ff 00 00") + [.replyFails(.stalled)]
            + echo + exchange("f2 45 ff ff 0c 00", "80 00 00 00 02 00 00 00")
        let fixture = try STLinkFixture.connected(script)
        #expect(throws: ProbeError.self) { try fixture.probe.execute([.read(.debugPort(0))]) }
        #expect(try fixture.probe.execute([.read(.debugPort(0xc))]) == [2])
        #expect(
            fixture.usb.events.contains(.clearHalt(0x81)) && fixture.usb.events.contains(.clearHalt(0x01)))
    }

    @Test func `a probe that may still wait for data is reset, and must be connected again`() throws {
        let script =
            exchange("f2 4b 00", "80 00") + exchange("f2 08 00 00 00 20 04 00") + [
                .outFails([1, 2, 3, 4], late)
            ]
            // after the reset: an echo, nothing more until connected, then the mode dance from the start
            + exchange("f5", "00 01") + exchange("f5", "00 01") + exchange("f3 07")
            + exchange("f2 61 00 00 c0 5d", "80 00 00 00 c0 5d 00 00")
            + exchange("f2 30 a3", "80 00") + exchange("f2 45 ff ff 00 00", "80 00 00 00 77 24 a0 6b")
        let fixture = try STLinkFixture.connected(script)
        let memory = try #require(try fixture.probe.blockMemory(accessPort: 0))
        #expect(throws: ProbeError.self) {
            try memory.write([1, 2, 3, 4], at: 0x2000_0000, width: .word, csw: 0)
        }
        let error = try #require(throws: ProbeError.self) {
            try fixture.probe.execute([.read(.debugPort(0))])
        }
        // What made the reset necessary, not that the probe knows no target since.
        #expect(error.code == "PRB-001")
        #expect(error.cause?.code == "USB-001")
        #expect(fixture.usb.events.contains(.reset))
        try fixture.probe.connect(clock: .megahertz(24))
        #expect(try fixture.probe.execute([.read(.debugPort(0))]) == [0x6ba0_2477])
        #expect(fixture.complaints == [])
    }

    @Test func `pending transfers are taken back when one fails`() throws {
        let fixture = try STLinkFixture.connected([.outFails(bytes("f2 45 ff ff 00 00", paddedTo: 16), late)])
        #expect(throws: ProbeError.self) { try fixture.probe.execute([.read(.debugPort(0))]) }
        #expect(fixture.usb.events.last == .cancel)
        #expect(fixture.complaints == [])
    }

    @Test func `an unplugged probe stays an error`() throws {
        let fixture = try STLinkFixture.connected(
            exchange("f2 45 ff ff 00 00") + [.replyFails(.disconnected)])
        let error = try #require(throws: ProbeError.self) {
            try fixture.probe.execute([.read(.debugPort(0))])
        }
        #expect(error.cause?.code == "USB-003")
    }

    @Test func `a probe that was unplugged while it took data is not reset`() throws {
        let script =
            exchange("f2 4b 00", "80 00") + exchange("f2 08 00 00 00 20 04 00") + [
                .outFails([1, 2, 3, 4], .disconnected)
            ]
        let fixture = try STLinkFixture.connected(script)
        let memory = try #require(try fixture.probe.blockMemory(accessPort: 0))
        #expect(throws: ProbeError.self) {
            try memory.write([1, 2, 3, 4], at: 0x2000_0000, width: .word, csw: 0)
        }
        #expect(throws: ProbeError.self) { try fixture.probe.execute([.read(.debugPort(0))]) }
        #expect(!fixture.usb.events.contains(.reset))
    }

    @Test(arguments: 0..<8) func `a register answer cut short is an error at every length`(count: Int) throws
    {
        let short = Array(bytes("80 00 00 00 01 00 00 00").prefix(count))
        let script =
            exchange("f2 45 ff ff 00 00") + [.reply(short)]
            + echo + exchange("f2 45 ff ff 0c 00", "80 00 00 00 02 00 00 00")
        let fixture = try STLinkFixture.connected(script)
        #expect(
            try #require(throws: ProbeError.self) { try fixture.probe.execute([.read(.debugPort(0))]) }.code
                == "PRB-002")
        #expect(try fixture.probe.execute([.read(.debugPort(0xc))]) == [2])
        #expect(fixture.complaints == [])
    }

    @Test(arguments: [UInt64](1...20)) func `rubbish from the probe is an error and never a trap`(
        seed: UInt64
    ) throws {
        var generator = SeededGenerator(seed: seed)
        let fixture = try STLinkFixture.connected()
        let memory = try #require(try fixture.probe.blockMemory(accessPort: 0))
        for _ in 0..<50 {
            let commands: [() throws -> Void] = [
                { _ = try fixture.probe.execute([.read(.debugPort(0)), .write(.accessPort(0, 4), 1)]) },
                { _ = try memory.read(64, at: 0x2000_0000, width: .word, csw: 0) },
                { _ = try fixture.probe.targetVoltage() },
                { try fixture.probe.connect(clock: .megahertz(1)) },
            ]
            fixture.usb.improvise(
                (0..<8).map { _ in
                    (0..<Int.random(in: 0...80, using: &generator)).map { _ in
                        UInt8.random(in: 0...255, using: &generator)
                    }
                })
            // Random bytes may pass for an answer; what counts is that the driver comes back.
            _ = try? commands.randomElement(using: &generator)?()
        }
        fixture.probe.close()
        #expect(fixture.usb.events.last == .close)
    }
}
