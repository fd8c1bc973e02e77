// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe
import Essentials
import Testing
import USBTestKit
import USBTransport

@testable import STLinkProbe

@Suite struct `Registers through an ST-LINK` {
    private func failure(
        _ fixture: STLinkFixture, _ operations: [DAPOperation]
    ) throws -> (FailedAcknowledge, Int, [UInt32]) {
        let error = try #require(throws: ProbeError.self) { try fixture.probe.execute(operations) }
        guard case .acknowledge(let answer, let operation, let values) = error else { throw error }
        return (answer, operation, values)
    }

    @Test func `an access port is opened once, and not for its IDR`() throws {
        let script =
            exchange("f2 45 03 00 fc 00", "80 00 00 00 11 00 77 24") + exchange("f2 4b 03", "80 00")
            + exchange("f2 45 03 00 00 00", "80 00 00 00 52 00 00 23")
            + exchange("f2 45 03 00 f8 00", "80 00 00 00 03 f0 0f e0")
        let fixture = try STLinkFixture.connected(script)
        let values = try fixture.probe.execute([
            .read(.accessPort(3, 0xfc)), .read(.accessPort(3, 0x00)), .read(.accessPort(3, 0xf8)),
        ])
        #expect(values == [0x2477_0011, 0x2300_0052, 0xe00f_f003])
        #expect(fixture.complaints == [])
    }

    @Test func `after the last access port write RDBUFF tells how it went`() throws {
        let script =
            exchange("f2 4b 00", "80 00") + exchange("f2 46 00 00 04 00 00 00 00 20", "80 00")
            + exchange("f2 46 00 00 0c 00 78 56 34 12", "80 00")
            + exchange("f2 45 ff ff 0c 00", "80 00 00 00 00 00 00 00")
        let fixture = try STLinkFixture.connected(script)
        #expect(
            try fixture.probe.execute([
                .write(.accessPort(0, 4), 0x2000_0000), .write(.accessPort(0, 0xc), 0x1234_5678),
            ])
                == [])
        #expect(fixture.complaints == [])
    }

    @Test func `a write that fails late is reported as that write`() throws {
        let script =
            exchange("f2 4b 00", "80 00") + exchange("f2 46 00 00 0c 00 01", "80 00")
            + exchange("f2 45 ff ff 0c 00", "15 00 00 00 00 00 00 00")
        let fixture = try STLinkFixture.connected(script)
        let (answer, operation, values) = try failure(fixture, [.writeRepeated(.accessPort(0, 0xc), [1])])
        #expect((answer, operation) == (.fault, 0))
        #expect(values == [])
    }

    @Test func `a read proves the writes before it`() throws {
        let script =
            exchange("f2 4b 00", "80 00") + exchange("f2 46 00 00 04 00 00 00 00 20", "80 00")
            + exchange("f2 45 00 00 0c 00", "80 00 00 00 2a 00 00 00")
        let fixture = try STLinkFixture.connected(script)
        #expect(
            try fixture.probe.execute([.write(.accessPort(0, 4), 0x2000_0000), .read(.accessPort(0, 0xc))])
                == [42])
        #expect(fixture.complaints == [])
    }

    @Test func `the error names the operation and keeps what was read before`() throws {
        let script =
            exchange("f2 45 ff ff 00 00", "80 00 00 00 77 24 a0 6b") + exchange("f2 4b 00", "80 00")
            + exchange("f2 45 00 00 0c 00", "80 00 00 00 01 00 00 00")
            + exchange("f2 45 00 00 0c 00", "11 00 00 00 00 00 00 00")
        let fixture = try STLinkFixture.connected(script)
        let (answer, operation, values) = try failure(
            fixture,
            [.read(.debugPort(0)), .readRepeated(.accessPort(0, 0xc), count: 3), .read(.debugPort(4))])
        #expect((answer, operation) == (.fault, 1))
        #expect(values == [0x6ba0_2477, 1])
        #expect(fixture.complaints == [])
    }

    @Test func `WAIT is retried with growing pauses, and a FAULT behind it is forgiven once`() throws {
        let busy = exchange("f2 45 ff ff 0c 00", "10 00 00 00 00 00 00 00")
        let fault = exchange("f2 45 ff ff 0c 00", "11 00 00 00 00 00 00 00")
        let done = exchange("f2 45 ff ff 0c 00", "80 00 00 00 07 00 00 00")
        let fixture = try STLinkFixture.connected(busy + busy + fault + done)
        #expect(try fixture.probe.execute([.read(.debugPort(0xc))]) == [7])
        #expect(fixture.time.now == .microseconds(100 + 200 + 400))
        let other = try STLinkFixture.connected(busy + fault + fault)
        #expect(try failure(other, [.read(.debugPort(0xc))]).0 == .fault)
        #expect(other.complaints == [])
    }

    @Test func `WAIT without end is given up at its bound`() throws {
        let busy = exchange("f2 45 ff ff 0c 00", "10 00 00 00 00 00 00 00")
        let fixture = try STLinkFixture.connected(
            [[ScriptedInterface.Step]](repeating: busy, count: 100).flatMap { $0 })
        #expect(try failure(fixture, [.read(.debugPort(0xc))]).0 == .wait)
        #expect(fixture.time.now == .milliseconds(500))
    }

    @Test func `a FAULT without WAIT before it is not retried`() throws {
        let fixture = try STLinkFixture.connected(exchange("f2 45 ff ff 0c 00", "11 00 00 00 00 00 00 00"))
        #expect(try failure(fixture, [.read(.debugPort(0xc))]).0 == .fault)
        #expect(fixture.time.now == .zero)
    }

    @Test func `statuses that are not about SWD are refusals`() throws {
        let fixture = try STLinkFixture.connected(exchange("f2 4b 09", "1d 00"))
        let error = try #require(throws: ProbeError.self) {
            try fixture.probe.execute([.read(.accessPort(9, 0))])
        }
        guard case .refused("JTAG_INIT_AP", 0x1d, _) = error else { Issue.record("\(error)"); return }
    }

    @Test func `banked registers need firmware that has them`() throws {
        let fixture = try STLinkFixture.connectedV2("27 c0")  // V2J31
        #expect(
            try #require(throws: ProbeError.self) {
                try fixture.probe.execute([.read(.debugPort(4, bank: 2))])
            }.summary.contains("V2J32"))
        let new = try STLinkFixture.connected(exchange("f2 45 ff ff 24 00", "80 00 00 00 41 00 50 04"))
        #expect(try new.probe.execute([.read(.debugPort(4, bank: 2))]) == [0x0450_0041])
    }

    @Test func `other access ports need firmware that selects them`() throws {
        let fixture = try STLinkFixture.connectedV2(
            "26 c7", exchange("f2 45 00 00 0c 00", "80 00 00 00 01 00 00 00"))
        #expect(
            try #require(throws: ProbeError.self) {
                try fixture.probe.execute([.read(.accessPort(3, 0xfc))])
            }.summary.contains("V2J28"))
        // AP 0 needs no opening there.
        #expect(try fixture.probe.execute([.read(.accessPort(0, 0xc))]) == [1])
        #expect(fixture.complaints == [])
    }

    @Test func `SELECT is the firmware's own`() throws {
        let fixture = try STLinkFixture.connected()
        #expect(try fixture.probe.execute([.write(.debugPort(8), 0x0100_00f0)]) == [])
        #expect(fixture.complaints == [])
    }

    @Test func `a line reset forgets which access ports are open`() throws {
        let open = exchange("f2 4b 00", "80 00") + exchange("f2 45 00 00 0c 00", "80 00 00 00 01 00 00 00")
        let fixture = try STLinkFixture.connected(open + exchange("f2 30 a3", "80 00") + open)
        _ = try fixture.probe.execute([.read(.accessPort(0, 0xc))])
        try fixture.probe.resetLine()
        _ = try fixture.probe.execute([.read(.accessPort(0, 0xc))])
        #expect(fixture.complaints == [])
    }
}
