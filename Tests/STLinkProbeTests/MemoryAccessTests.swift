// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe
import Essentials
import Testing
import USBTestKit
import USBTransport

@testable import STLinkProbe

@Suite struct `Memory through an ST-LINK` {
    private func memory(_ fixture: STLinkFixture, accessPort: UInt8 = 0) throws -> any BlockMemory {
        try #require(try fixture.probe.blockMemory(accessPort: accessPort))
    }

    @Test func `a block is one command and one question`() throws {
        let words = [UInt8](0..<16)
        let script =
            exchange("f2 4b 02", "80 00") + exchange("f2 07 00 10 00 e0 10 00 02 00 00 23") + [.reply(words)]
            + memoryStatus()
        let fixture = try STLinkFixture.connected(script)
        let memory = try memory(fixture, accessPort: 2)
        #expect(try memory.read(16, at: 0xe000_1000, width: .word, csw: 0x2300_0052) == words)
        #expect(fixture.complaints == [])
    }

    @Test func `command and data are under way together`() throws {
        let script =
            exchange("f2 4b 00", "80 00") + exchange("f2 08 00 00 00 20 04 00") + [.out([1, 2, 3, 4])]
            + memoryStatus()
            + exchange("f2 07 00 00 00 20 04 00", "01 02 03 04") + memoryStatus()
        let fixture = try STLinkFixture.connected(script)
        let memory = try memory(fixture)
        let start = fixture.usb.events.count
        try memory.write([1, 2, 3, 4], at: 0x2000_0000, width: .word, csw: 0)
        _ = try memory.read(4, at: 0x2000_0000, width: .word, csw: 0)
        let events = Array(fixture.usb.events.dropFirst(start + 4))  // opening the AP takes four
        #expect(
            Array(events.prefix(4)) == [
                .submitOut(endpoint: 1, bytes("f2 08 00 00 00 20 04 00", paddedTo: 16)),
                .submitOut(endpoint: 1, [1, 2, 3, 4]), .completeOut, .completeOut,
            ])
        #expect(
            Array(events.dropFirst(8).prefix(4)) == [
                .submitOut(endpoint: 1, bytes("f2 07 00 00 00 20 04 00", paddedTo: 16)),
                .submitIn(endpoint: 0x81, count: 512), .completeOut, .completeIn([1, 2, 3, 4]),
            ])
        #expect(fixture.complaints == [])
    }

    @Test func `a large read asks for exactly its bytes`() throws {
        let page = [UInt8](repeating: 0x5a, count: 6_144)
        let script =
            exchange("f2 4b 00", "80 00") + exchange("f2 07 00 00 00 24 00 18") + [.reply(page)]
            + memoryStatus()
        let fixture = try STLinkFixture.connected(script)
        #expect(try memory(fixture).read(6_144, at: 0x2400_0000, width: .word, csw: 0) == page)
        #expect(fixture.usb.events.contains(.submitIn(endpoint: 0x81, count: 6_144)))
    }

    @Test func `one byte is read as two`() throws {
        let script =
            exchange("f2 4b 00", "80 00") + exchange("f2 0c 01 00 00 20 01 00", "5a 00") + memoryStatus()
        let fixture = try STLinkFixture.connected(script)
        #expect(try memory(fixture).read(1, at: 0x2000_0001, width: .byte, csw: 0) == [0x5a])
        #expect(fixture.complaints == [])
    }

    @Test func `a core register of the Cortex-M7 takes one round trip`() throws {
        // As captured from ST's tool: DHCSR, bytes 2 and 3 of the answer stale.
        let script =
            exchange("f2 4b 00", "80 00") + exchange("f2 35 f0 ed 00 e0 03 00 5f a0", "80 00")
            + exchange("f2 36 f0 ed 00 e0", "80 00 18 10 03 00 03 00")
            + exchange("f2 36 f0 ed 00 e0", "11 00 00 00 00 00 00 00")
        let fixture = try STLinkFixture.connected(script)
        let memory = try memory(fixture)
        try memory.write(bytes("03 00 5f a0"), at: 0xe000_edf0, width: .word, csw: 0)
        #expect(try memory.read(4, at: 0xe000_edf0, width: .word, csw: 0) == bytes("03 00 03 00"))
        let error = try #require(throws: ProbeError.self) {
            try memory.read(4, at: 0xe000_edf0, width: .word, csw: 0)
        }
        guard case .memoryAccess(.fault, address: 0xe000_edf0, status: 0x11) = error else {
            Issue.record("\(error)")
            return
        }
        #expect(fixture.complaints == [])
    }

    @Test func `a failed block says where`() throws {
        let script =
            exchange("f2 4b 00", "80 00") + exchange("f2 07 00 00 00 90 08 00", "00 00 00 00 00 00 00 00")
            + memoryStatus("11", address: "04 00 00 90")
            + exchange("f2 07 00 00 00 90 08 00", "00 00 00 00 00 00 00 00") + memoryStatus("19")
        let fixture = try STLinkFixture.connected(script)
        let memory = try memory(fixture)
        for address: UInt32 in [0x9000_0004, 0x9000_0000] {
            let error = try #require(throws: ProbeError.self) {
                try memory.read(8, at: 0x9000_0000, width: .word, csw: 0)
            }
            guard case .memoryAccess(.fault, address: address, _) = error else {
                Issue.record("\(error)"); return
            }
        }
        #expect(fixture.complaints == [])
    }

    @Test func `a busy target gets the whole block again`() throws {
        let write = exchange("f2 08 00 00 00 20 04 00") + [ScriptedInterface.Step.out([1, 2, 3, 4])]
        let script = exchange("f2 4b 00", "80 00") + write + memoryStatus("10") + write + memoryStatus()
        let fixture = try STLinkFixture.connected(script)
        try memory(fixture).write([1, 2, 3, 4], at: 0x2000_0000, width: .word, csw: 0)
        #expect(fixture.time.now == .microseconds(100))
        #expect(fixture.complaints == [])
    }

    @Test func `old firmware gets no CSW, no access port and short blocks`() throws {
        let script =
            exchange("f2 4b 00", "80 00") + exchange("f2 07 fc 03 00 20 04 00", "01 00 00 00")
            + memoryStatus()
            + exchange("f2 07 00 04 00 20 04 00", "02 00 00 00") + memoryStatus()
        let fixture = try STLinkFixture.connectedV2("27 07", script)  // V2J28S7
        let memory = try memory(fixture)
        #expect(
            try memory.read(8, at: 0x2000_03fc, width: .word, csw: 0x2300_0000)
                == bytes("01 00 00 00 02 00 00 00"))
        #expect(try fixture.probe.blockMemory(accessPort: 1) == nil)
        #expect(fixture.complaints == [])
    }

    @Test func `firmware without halfwords leaves memory to the layers above`() throws {
        #expect(try STLinkFixture.connectedV2("26 40").probe.blockMemory(accessPort: 0) == nil)  // V2J25
    }

    @Test func `nothing moves nothing`() throws {
        let fixture = try STLinkFixture.connected()
        #expect(try memory(fixture).read(0, at: 0, width: .word, csw: 0) == [])
        try memory(fixture).write([], at: 0, width: .word, csw: 0)
        #expect(fixture.complaints == [])
    }

    @Test func `an access port that does not open is the reason`() throws {
        let fixture = try STLinkFixture.connected(exchange("f2 4b 03", "11 00"))
        let error = try #require(throws: ProbeError.self) {
            try memory(fixture, accessPort: 3).read(4, at: 0xe000_ed00, width: .word, csw: 0)
        }
        guard case .memoryAccess(.fault, address: 0xe000_ed00, status: 0x11) = error else {
            Issue.record("\(error)")
            return
        }
    }
}
