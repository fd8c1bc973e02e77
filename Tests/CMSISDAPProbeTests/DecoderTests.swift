// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe
import Essentials
import Testing
import USBTestKit

@testable import CMSISDAPProbe

@Suite struct `CMSIS-DAP decoders stand hostile bytes` {
    private func violations<Command: DAPCommand>(
        _ command: Command, _ sample: String, needing needed: Int? = nil
    ) -> [String] {
        DecoderVerifier(bytes(sample), needing: needed).violations { _ = try command.decode(response: $0) }
    }
    private let read = TransferRequest(accessPort: true, read: true, address: 0xc)

    @Test func `information answers`() {
        #expect(violations(DAPInfo(item: .protocolVersion), "00 06 32 2e 31 2e 30 00") == [])
    }
    @Test func `plain statuses`() {
        #expect(violations(DAPHostStatus(lamp: .connected, isOn: true), "01 00") == [])
        #expect(violations(DAPConnect(), "02 01") == [])
        #expect(violations(DAPDisconnect(), "03 00") == [])
        #expect(violations(DAPTransferConfigure(waitRetries: 1), "04 00") == [])
        #expect(violations(DAPWriteAbort.abandonAccess, "08 00") == [])
        #expect(violations(DAPSWJPins(output: 0, select: 0, wait: .zero), "10 80") == [])
        #expect(violations(DAPSWJClock(clock: .megahertz(1)), "11 00") == [])
        #expect(violations(DAPSWJSequence.idle, "12 00") == [])
        #expect(violations(DAPSWDConfigure(), "13 00") == [])
    }
    @Test func `transfer answers`() {
        let transfers = [QueuedTransfer](
            repeating: QueuedTransfer(request: read, value: nil, operation: 0), count: 3)
        #expect(
            violations(DAPTransfer(transfers: transfers), "05 03 01 01 00 00 00 02 00 00 00 03 00 00 00")
                == [])
    }
    @Test func `block answers`() {
        #expect(
            violations(DAPTransferBlock(request: read, count: 2), "06 02 00 01 01 00 00 00 02 00 00 00") == []
        )
    }

    @Test(arguments: [UInt64](1...10)) func `outcomes of rubbish`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let plan = TransferPlan(
            [
                .write(.accessPort(0, 4), 0), .readRepeated(.accessPort(0, 0xc), count: 40),
                .read(.debugPort(4)),
                .write(.debugPort(0), 1), .writeRepeated(.accessPort(0, 0xc), [1, 2, 3]),
            ], limits: PacketLimits(packetSize: 64, silentEnd: nil), select: nil)
        var excess = 0
        for _ in 0..<300 {
            for packet in plan.packets {
                let count = Int.random(in: 0...70, using: &generator)
                let response = (0..<count).map { _ in UInt8.random(in: 0...8, using: &generator) }
                // Values never outnumber the reads, however the probe counts.
                let outcome = try? packet.outcome(of: response, isPadded: Bool.random(using: &generator))
                excess += max(0, (outcome?.values.count ?? 0) - packet.transferCount)
            }
        }
        #expect(excess == 0)
    }
}
