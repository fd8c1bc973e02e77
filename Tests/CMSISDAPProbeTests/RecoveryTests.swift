// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe
import Essentials
import Testing
import USBTestKit
import USBTransport

@testable import CMSISDAPProbe

@Suite struct `CMSIS-DAP recovery` {
    private typealias Step = ScriptedInterface.Step
    private let late = USBError.timedOut(after: .seconds(6), transferred: 0)
    private let read = DAPOperation.read(.debugPort(0xc))
    private let echo = dap("00 fe", "00 01 04")
    private let good = dap("05 00 01 0e", "05 01 01 07 00 00 00")

    @Test func `after a late response: abort, drain, echo, and on`() throws {
        let script =
            dap("05 00 01 0e") + [.replyFails(late), .out([7]), .reply(bytes("05 01 01 01 00 00 00"))] + echo
            + good
        let fixture = try CMSISDAPFixture.connected(script)
        #expect(try #require(throws: ProbeError.self) { try fixture.probe.execute([read]) }.code == "PRB-001")
        #expect(try fixture.probe.execute([read]) == [7])
        #expect(!fixture.usb.events.contains(.reset))
        #expect(fixture.complaints == [])
    }

    @Test func `an abort that is answered in turn is drained, too`() throws {
        let script =
            dap("05 00 01 0e") + [
                .replyFails(late), .out([7]), .reply(bytes("05 01 01 01 00 00 00")), .reply([0xff]),
            ] + echo + good
        let fixture = try CMSISDAPFixture.connected(script)
        #expect(throws: ProbeError.self) { try fixture.probe.execute([read]) }
        #expect(try fixture.probe.execute([read]) == [7])
        #expect(fixture.complaints == [])
    }

    @Test func `a response to something else is an error and starts recovery`() throws {
        let script = dap("05 00 01 0e", "06 00 00 04") + [.out([7])] + echo + good
        let fixture = try CMSISDAPFixture.connected(script)
        let error = try #require(throws: ProbeError.self) { try fixture.probe.execute([read]) }
        #expect(error.code == "PRB-002")
        #expect(error.summary.contains("0x06"))
        #expect(try fixture.probe.execute([read]) == [7])
        #expect(fixture.complaints == [])
    }

    @Test func `an echo that is none is drained and asked again`() throws {
        let script =
            dap("05 00 01 0e") + [.replyFails(late), .out([7])] + dap("00 fe", "05 01 01 01 00 00 00") + echo
            + good
        let fixture = try CMSISDAPFixture.connected(script)
        #expect(throws: ProbeError.self) { try fixture.probe.execute([read]) }
        #expect(try fixture.probe.execute([read]) == [7])
        #expect(fixture.complaints == [])
    }

    @Test func `a probe that does not find back is reset and must be connected again`() throws {
        let wrong = dap("00 fe", "05 00 00")
        let script =
            dap("05 00 01 0e") + [.replyFails(late), .out([7])] + wrong + wrong + wrong + echo
            + CMSISDAPFixture.connecting + good
        let fixture = try CMSISDAPFixture.connected(script)
        #expect(throws: ProbeError.self) { try fixture.probe.execute([read]) }
        #expect(try #require(throws: ProbeError.self) { try fixture.probe.execute([read]) }.code == "PRB-001")
        #expect(fixture.usb.events.contains(.reset))
        try fixture.probe.connect(clock: .megahertz(10))
        #expect(try fixture.probe.execute([read]) == [7])
        #expect(fixture.complaints == [])
    }

    @Test func `connecting recovers by itself`() throws {
        let script =
            dap("05 00 01 0e") + [.replyFails(.stalled), .out([7])] + echo + CMSISDAPFixture.connecting + good
        let fixture = try CMSISDAPFixture.connected(script)
        #expect(throws: ProbeError.self) { try fixture.probe.execute([read]) }
        try fixture.probe.connect(clock: .megahertz(10))
        #expect(
            fixture.usb.events.contains(.clearHalt(0x03)) && fixture.usb.events.contains(.clearHalt(0x85)))
        #expect(try fixture.probe.execute([read]) == [7])
        #expect(fixture.complaints == [])
    }

    @Test func `everything under way is taken back when one transfer fails`() throws {
        let word = DAPRegister.accessPort(0, 0xc)
        let requests: [Step] = (0..<3).map { _ in .out([6, 0, 15, 0, 0x0f]) }
        let script =
            dap("05 00 02 08 00 00 00 00 03", "05 02 01 52 00 00 23") + requests + [.replyFails(late)]
        let fixture = try CMSISDAPFixture.connected(size: 64, count: 3, script)
        _ = try fixture.probe.execute([.read(.accessPort(0, 0))])
        #expect(throws: ProbeError.self) { try fixture.probe.execute([.readRepeated(word, count: 90)]) }
        #expect(fixture.usb.events.count { $0 == .cancel } >= 2)
        #expect(fixture.complaints == [])
    }

    @Test func `an unplugged probe stays an error`() throws {
        let fixture = try CMSISDAPFixture.connected([
            .outFails(bytes("05 00 01 0e"), .disconnected), .outFails([7], .disconnected),
        ])
        for _ in 0..<2 {
            let error = try #require(throws: ProbeError.self) { try fixture.probe.execute([read]) }
            #expect(error.cause?.code == "USB-003")
        }
        #expect(fixture.complaints == [])
    }

    @Test(arguments: 0..<7) func `a response cut short is an error at every length`(count: Int) throws {
        let short = Array(bytes("05 01 01 07 00 00 00").prefix(count))
        // No bytes at all read as empty packets, of which two are passed over.
        let replies: [Step] = count == 0 ? [.reply([]), .reply([]), .reply([])] : [.reply(short)]
        let fixture = try CMSISDAPFixture.connected(dap("05 00 01 0e") + replies + [.out([7])] + echo + good)
        #expect(try #require(throws: ProbeError.self) { try fixture.probe.execute([read]) }.code == "PRB-002")
        #expect(try fixture.probe.execute([read]) == [7])
        #expect(fixture.complaints == [])
    }

    @Test(arguments: [UInt64](1...20)) func `rubbish from the probe is an error and never a trap`(
        seed: UInt64
    ) throws {
        var generator = SeededGenerator(seed: seed)
        let fixture =
            seed % 2 == 0 ? try CMSISDAPFixture.connected(size: 64) : try CMSISDAPFixture.connectedHID()
        for _ in 0..<50 {
            let commands: [() throws -> Void] = [
                { _ = try fixture.probe.execute([read, .readRepeated(.accessPort(0, 0xc), count: 70)]) },
                { _ = try fixture.probe.execute([.writeRepeated(.accessPort(0, 0xc), [UInt32](0..<40))]) },
                { try fixture.probe.connect(clock: .megahertz(10)) },
                { try fixture.probe.driveReset(true) },
            ]
            // The ids are right often enough to reach the decoders.
            fixture.usb.improvise(
                (0..<16).map { _ in
                    [[0, 2, 3, 5, 5, 6, 6, 8, 0x10, 0x11, 0x12, 0xff].randomElement(using: &generator) ?? 0]
                        + (0..<Int.random(in: 0...63, using: &generator)).map { _ in
                            UInt8.random(in: 0...16, using: &generator)
                        }
                })
            // Random bytes may pass for an answer; what counts is that the driver comes back.
            _ = try? commands.randomElement(using: &generator)?()
        }
        fixture.probe.close()
        #expect(fixture.usb.events.last == .close)
    }
}
