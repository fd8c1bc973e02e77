// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Testing
import USBTransport

@testable import SimulatedBench

/// A real ST-LINK/V2 (firmware V2J16S0, STM32L1) against ours, byte for byte.
///
/// What cannot be compared: the words of the target's memory, so the scripted target is given each word the moment
/// before it is asked for (that they come back right, at the right place, is compared); the two ADC counts of the
/// voltage answer, which flicker by a few units. Words written must arrive in the target as they were sent.
@Suite struct `ST-LINK replay` {
    /// The file, and whether its session was already in debug mode when the capture began.
    @Test(arguments: [
        ("stlink-v2j16-connect-poweron", false), ("stlink-v2j16-connect-again", true),
        ("stlink-v2j16-reenum-swo", false), ("stlink-v2j16-run-core", true),
        ("stlink-v2j16-swo-start-stop", true),
    ])
    func `answers as the real one`(name: String, isInDebugMode: Bool) throws {
        let traffic = try CapturedTraffic(name)
        #expect(traffic.exchanges.count >= 4)
        let target = ScriptedTarget()
        target.unmapped = 0
        target.debugPort.identification = 0x2BA0_1477
        var probe: VirtualSTLink?
        let rig = try Rig(target: target) { wire in
            let firmware = STLinkFirmware("V2J16S0")
            let made = firmware.map { VirtualSTLink(STLinkPersonality(.v2, firmware: $0), wire: wire) }
            probe = made
            return made ?? VirtualCMSISDAP(.version1, wire: wire)
        }
        let stlink = try #require(probe)
        if isInDebugMode {
            try rig.enterDebug()
            try leaveStaleBytes(of: traffic, rig)
        }
        for exchange in traffic.exchanges { try replay(exchange, rig, stlink) }
    }

    /// Bytes 2 and 3 of a register answer come from an earlier answer, here from before the capture.
    private func leaveStaleBytes(of traffic: CapturedTraffic, _ rig: Rig) throws {
        let first = try #require(
            traffic.exchanges.first { $0.sent.prefix(2) == [0xF2, 0x36] }?.answers.first?.known)
        rig.target.memory[0x2000_0000] = UInt32(first[2]) << 16 | UInt32(first[3]) << 24
        try rig.command([0xF2, 0x07, 0, 0, 0, 0x20, 4, 0], answer: 4)
    }

    private func replay(_ exchange: CapturedTraffic.Exchange, _ rig: Rig, _ probe: VirtualSTLink) throws {
        let expected = exchange.answers
        let count = expected.reduce(0) { $0 + $1.count }
        let comment = Comment(rawValue: "line \(exchange.line)")
        prepare(exchange, rig.target)
        probe.receiveTrace(exchange.trace)
        let answer = try rig.command(exchange.sent, data: exchange.data, answer: count)
        // The first command of one file was sent 99 s before the rest; its answer is not in the capture.
        if exchange.sent[0] == 0xF1, count == 0 {
            _ = try rig.interface.receive(6, from: 0x81, within: .seconds(1))
        }
        #expect(answer.count == count, comment)
        if exchange.sent[0] == 0xF7 {
            expectVoltage(answer, expected[0].known, comment)
        } else {
            var offset = 0
            for part in expected {
                #expect(Array(answer[offset...].prefix(part.known.count)) == part.known, comment)
                offset += part.count
            }
        }
        if !exchange.trace.isEmpty {
            #expect(
                try rig.interface.receive(4_096, from: 0x83, within: .seconds(1)) == exchange.trace, comment)
        }
        // A write is executed after it was taken.
        rig.bench.time.wait(for: .milliseconds(1))
        expectWritten(exchange, rig.target, comment)
        #expect(probe.outbox.messages(on: 0x81) == 0, comment)
    }

    /// Gives the target what the real one held.
    private func prepare(_ exchange: CapturedTraffic.Exchange, _ target: ScriptedTarget) {
        let (sent, answers) = (exchange.sent, exchange.answers)
        let address = word(sent, 2)
        switch (sent[0], sent[1]) {
        case (0xF7, _):
            target.supplyVoltage = 2.4 * Double(word(answers[0].known, 4)) / Double(word(answers[0].known, 0))
        case (0xF2, 0x36): target.memory[address] = word(answers[0].known, 4)
        case (0xF2, 0x07):
            var offset: UInt32 = 0
            for part in answers {
                for index in stride(from: 0, to: part.known.count, by: 4) {
                    target.memory[address + offset + UInt32(index)] = word(part.known, index)
                }
                offset += UInt32(part.count)
            }
        default: break
        }
    }

    private func expectWritten(
        _ exchange: CapturedTraffic.Exchange, _ target: ScriptedTarget, _ comment: Comment
    ) {
        let sent = exchange.sent
        guard sent[0] == 0xF2 else { return }
        if sent[1] == 0x35 { #expect(target.memory[word(sent, 2)] == word(sent, 6), comment) }
        if sent[1] == 0x08 { #expect(target.memory[word(sent, 2)] == word(exchange.data, 0), comment) }
        // Core register 16 (xPSR) through DCRDR and DCRSR.
        if sent[1] == 0x34 {
            #expect(target.memory[0xE000_EDF8] == word(sent, 3), comment)
            #expect(target.memory[0xE000_EDF4] == 0x0001_0000 | UInt32(sent[2]), comment)
        }
    }

    private func expectVoltage(_ answer: [UInt8], _ expected: [UInt8], _ comment: Comment) {
        for (offset, slack) in [(0, 1), (4, 2)] {
            let difference = Int(word(answer, offset)) - Int(word(expected, offset))
            #expect(abs(difference) <= slack, comment)
        }
    }
    private func word(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
        (0..<4).reversed().reduce(0) {
            $0 << 8 | (offset + $1 < bytes.count ? UInt32(bytes[offset + $1]) : 0)
        }
    }
}
