// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe
import Testing
import USBTestKit

@testable import CMSISDAPProbe

@Suite struct `What became of a CMSIS-DAP packet` {
    private func outcome(
        _ operations: [DAPOperation], _ response: String, isPadded: Bool = false
    ) throws -> PacketOutcome {
        let plan = TransferPlan(operations, limits: PacketLimits(packetSize: 512, silentEnd: nil), select: 0)
        let packet = try #require(plan.packets.first)
        #expect(plan.packets.count == 1)
        return try packet.outcome(of: bytes(response), isPadded: isPadded)
    }
    private let word = DAPRegister.accessPort(0, 0xc)

    @Test func `all went well`() throws {
        #expect(
            try outcome(
                [.write(.accessPort(0, 4), 0), .readRepeated(word, count: 2)],
                "05 03 01 01 00 00 00 02 00 00 00")
                == PacketOutcome(values: [1, 2], completed: 3))
    }

    @Test func `the transfer behind the completed ones failed`() throws {
        let operations: [DAPOperation] = [
            .read(.debugPort(4)), .write(.accessPort(0, 4), 0), .write(word, 1),
        ]
        #expect(
            try outcome(operations, "05 02 04 2a 00 00 00")
                == PacketOutcome(values: [42], completed: 2, failure: .init(answer: .fault, operation: 2)))
        #expect(
            try outcome(operations, "05 00 07")
                == PacketOutcome(values: [], failure: .init(answer: FailedAcknowledge.none, operation: 0)))
    }

    @Test func `a failure after the last transfer is that of the last`() throws {
        let operations: [DAPOperation] = [.write(.accessPort(0, 4), 0), .write(word, 1)]
        #expect(
            try outcome(operations, "05 02 04")
                == PacketOutcome(completed: 2, failure: .init(answer: .fault, operation: 1))
        )
    }

    @Test func `a posted read that failed counts as done but has no word`() throws {
        // XDS110, reading a bad address (blackmagic issue 1890): four requests "done", FAULT, rubbish behind.
        let operations: [DAPOperation] = [
            .write(.debugPort(8), 0), .write(.accessPort(0, 0), 0xe300_0052),
            .write(.accessPort(0, 4), 0x400e_0940),
            .read(word),
        ]
        let expected = PacketOutcome(completed: 4, failure: .init(answer: .fault, operation: 3))
        #expect(try outcome(operations, "05 04 04") == expected)
        #expect(try outcome(operations, "05 04 04 00 00 00 00 01 52", isPadded: true) == expected)
        // The same from an ORBTrace.
        #expect(try outcome(operations, "05 04 0c") == expected)
    }

    @Test func `a posted read whose successor failed is told apart where the length shows it`() throws {
        let operations: [DAPOperation] = [.read(word), .write(.accessPort(0, 4), 0)]
        #expect(
            try outcome(operations, "05 01 04 07 00 00 00")
                == PacketOutcome(values: [7], completed: 1, failure: .init(answer: .fault, operation: 1)))
        #expect(
            try outcome(operations, "05 01 04")
                == PacketOutcome(completed: 1, failure: .init(answer: .fault, operation: 0))
        )
        // Padding hides it: the word is not trusted.
        #expect(
            try outcome(operations, "05 01 04 07 00 00 00", isPadded: true)
                == PacketOutcome(completed: 1, failure: .init(answer: .fault, operation: 0)))
    }

    @Test func `a block keeps the words before the failure`() throws {
        #expect(
            try outcome([.readRepeated(word, count: 3)], "06 02 00 04 01 00 00 00 02 00 00 00")
                == PacketOutcome(values: [1, 2], completed: 2, failure: .init(answer: .fault, operation: 0)))
        #expect(
            try outcome(
                [.readRepeated(word, count: 3)], "06 01 00 02 01 00 00 00 a5 a5 a5 a5", isPadded: true)
                == PacketOutcome(values: [1], completed: 1, failure: .init(answer: .wait, operation: 0)))
        #expect(
            try outcome([.writeRepeated(word, [1, 2, 3])], "06 01 00 04")
                == PacketOutcome(completed: 1, failure: .init(answer: .fault, operation: 0)))
    }

    @Test(arguments: [
        "05 05 01 01 00 00 00 02 00 00 00", "05 02 01 01 00 00 00", "05 03 01 01 00 00 00", "05", "05 03",
    ]) func `counts and lengths that cannot be are malformed`(response: String) throws {
        let error = try #require(throws: ProbeError.self) {
            try outcome([.write(.accessPort(0, 4), 0), .readRepeated(word, count: 2)], response)
        }
        #expect(error.code == "PRB-002")
    }

    @Test func `no port is a refusal`() throws {
        #expect(
            try #require(throws: ProbeError.self) { try outcome([.read(word)], "05 00 00") }.code == "PRB-005"
        )
        #expect(
            try #require(throws: ProbeError.self) {
                try outcome([.readRepeated(word, count: 2)], "06 00 00 00")
            }.code == "PRB-005")
        #expect(
            try #require(throws: ProbeError.self) { try outcome([.write(.debugPort(0), 1)], "08 ff") }.code
                == "PRB-005")
    }
}
