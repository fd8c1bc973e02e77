// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import BenchTestKit
import Essentials
import Testing

@testable import SimulatedBench

@Suite struct `Transcript` {
    /// A host that does anything, on a bench that is written down.
    private func wildSession(
        _ kind: BenchConfiguration.ProbeKind, seed: UInt64, target: any DebugTarget, killed: Bool = false
    ) -> RecordedSession {
        var configuration = BenchConfiguration()
        configuration.probe = kind
        // Both kinds of faults: by plan and by injection.
        configuration.usbFaults.faults = [7: .stall, 23: .short, 40: .timeout]
        let bench = SimulatedBench(configuration, target: target)
        let scroll = TranscriptScroll(selector: "\(kind.rawValue),usb-fault=7:stall,state=/tmp")
        bench.record(into: scroll)
        let host = WildHost(BenchUSBPort(bench), seed: seed)
        for _ in 0..<900 { host.act() }
        return RecordedSession(name: "wild \(kind) \(seed)", text: killed ? scroll.soFar : scroll.finished())
    }

    @Test(arguments: BenchConfiguration.ProbeKind.allCases, Array(1...10) as [UInt64])
    func `is the same again, times included, when it is played`(
        kind: BenchConfiguration.ProbeKind, seed: UInt64
    ) throws {
        let first = wildSession(kind, seed: seed, target: ScriptedTarget())
        let difference = try first.play(comparesTime: true, target: ScriptedTarget()).difference
        #expect(difference == nil)
    }

    @Test(arguments: BenchConfiguration.ProbeKind.allCases)
    func `is the same again on the board with both cores running`(kind: BenchConfiguration.ProbeKind) throws {
        var configuration = BenchConfiguration()
        configuration.application = .m4Busy
        let first = wildSession(kind, seed: 5, target: Machine(configuration))
        #expect(try first.play(comparesTime: true, target: Machine(configuration)).difference == nil)
    }

    @Test(arguments: BenchConfiguration.ProbeKind.allCases)
    func `says the same when it is read back and written again`(kind: BenchConfiguration.ProbeKind) throws {
        let text = wildSession(kind, seed: 6, target: ScriptedTarget()).text
        var parser = TranscriptParser()
        let entries = try TranscriptParser.lines(of: text).flatMap { try parser.entries(of: $0) }
        #expect(entries.count > 400)
        let scroll = TranscriptScroll(selector: parser.selector)
        for entry in entries { scroll.take(entry) }
        #expect(scroll.finished() == text)
    }

    @Test func `keeps what a killed run had written`() throws {
        for seed in 20..<30 as Range<UInt64> {
            let session = wildSession(.stlinkV3, seed: seed, target: ScriptedTarget(), killed: true)
            for length in [session.text.utf8.count, session.text.utf8.count - 3] {
                let cut = RecordedSession(name: "cut", text: String(session.text.prefix(length)))
                let outcome = try cut.play(comparesTime: true, target: ScriptedTarget())
                #expect(outcome.difference == nil)
                #expect(outcome.transfers > 100)
            }
        }
    }

    @Test func `leaves a state directory out of its header`() {
        #expect(
            TranscriptText.header(selector: "stlink-v3,state=/home/a,app=rtos")
                == "extflash transcript 1\nprobe stlink-v3,app=rtos\n")
    }

    @Test func `is written as described`() {
        let scroll = TranscriptScroll(selector: "stlink-v3")
        func take(_ event: BenchTranscript.Event, _ nanoseconds: Int) {
            scroll.take(.init(event, at: .nanoseconds(nanoseconds)))
        }
        take(.submitted(1, .out([0xF5] + [UInt8](repeating: 0, count: 15), endpoint: 1), fault: nil), 1_250)
        take(.ended(1, .done([])), 1_375)
        take(.submitted(2, .read(count: 2, endpoint: 0x81), fault: .stall), 1_375)
        take(.submitted(3, .read(count: 6, endpoint: 0x81), fault: nil), 1_375)
        take(.cancelled(3, received: [1, 2]), 2_000)
        take(.ended(2, .stalled), 2_125)
        take(.submitted(4, .control(setup: [0x21, 9, 0, 2, 0, 0, 1, 0], data: [7]), fault: nil), 3_000)
        take(.ended(4, .done([])), 3_000)
        take(.submitted(5, .request(setup: [2, 1, 0, 0, 0x81, 0, 0, 0]), fault: nil), 3_000)
        take(.ended(5, .timedOut(moved: 3)), 3_500)
        take(.unplugged(byFault: true), 4_000)
        take(.plugged, 4_000)
        take(.powerCycled, 5_000)
        take(.submitted(6, .read(count: 2, endpoint: 0x81), fault: nil), 6_000)
        #expect(
            scroll.finished() == """
                extflash transcript 1
                probe stlink-v3
                > 01 @1.25 f5 00*15 +0.125
                < 81 [2] !stall
                < 81 [6]
                cancel 81#2 @2 01 02
                =81 +0.75 stalled
                S @3 21 09 00 02 00 00 01 00 : 07 +0
                H 02 01 00 00 81 00 00 00 +0.5 timeout 3
                unplug @4 !disconnect
                plug
                power-cycle @5
                < 81 @6 [2]

                """)
    }

    // MARK: - Damage

    @Test(arguments: [
        "", "extflash transcript 2", "extflash transcript 1\nstlink-v3", "extflash transcript 1\nprobe ",
    ])
    func `refuses what has no header`(text: String) {
        var parser = TranscriptParser()
        let lines: [Substring] = text.split(separator: "\n") + ["> 01 @0 00 +0"]
        #expect(throws: TranscriptParser.Malformed.self) {
            for line in lines { _ = try parser.entries(of: line) }
        }
    }

    @Test(arguments: [
        ">", "> 1", "> 01 @", "> 01 @x", "> 01 @1.1234567", "> 01 @999999999999",
        "> 01 @0 00*99999999999999999999",
        "> 01 @0 00*16777217", "> 01 @0 ff 00*16777216", "> 01 @0 00*", "> 01 @0 0", "> 01 @0 +0 0",
        "> 01 @0 00 !no +1",
        "> 01 @0 00 +", "> 01 @0 00 +1 gone", "> 01 @99999999999 00 +99999999999", "> +1 @0 00 +1", "< 81 @0",
        "< 81 @0 [",
        "< 81 @0 []", "< 81 @0 [-1]", "< 81 @0 [99999999999999999999]", "< 81 @0 [1] +1 timeout",
        "S @0 80 06 +1",
        "H @0 00*9 +1", "=81 +1", "=81#0 +1", "=81#99999999999999999999 +1", "= +1", "=", "cancel",
        "cancel 81",
        "reset @1 now", "unplug !stall", "plug 1", "power-cycle @-1", "nonsense", "\u{1F480} @0",
        "> 0\u{301} @0 00 +1",
    ])
    func `refuses a line that makes no sense, and says which`(line: String) throws {
        var parser = TranscriptParser()
        for header in ["extflash transcript 1", "# comment", "probe stlink-v3", ""] {
            #expect(try parser.entries(of: header) == [])
        }
        let error = try #require(throws: TranscriptParser.Malformed.self) { try parser.entries(of: line) }
        #expect(error.line == 5)
        #expect(!error.reason.isEmpty)
    }

    /// Either it is refused, or the bench takes it; a trap would end the test run.
    @Test func `survives any damage`() throws {
        let text = Array(wildSession(.cmsisDAPv1, seed: 9, target: ScriptedTarget()).text.utf8.prefix(20_000))
        var random = SeededGenerator(seed: 12)
        var refused = 0
        for _ in 0..<300 {
            var bytes = text
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 50..<bytes.count, using: &random)
                switch UInt8.random(in: 0..<4, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: place)
                case 2:
                    bytes.insert(
                        contentsOf: Array(" @1 +9 81#2 !stall\n".utf8).shuffled(using: &random), at: place)
                default: bytes.swapAt(place, bytes.count - 1)
                }
            }
            let damaged = RecordedSession(name: "damaged", text: String(decoding: bytes, as: UTF8.self))
            do { _ = try damaged.play(target: ScriptedTarget()) } catch is TranscriptParser.Malformed {
                refused += 1
            }
        }
        #expect(refused > 50)
    }
}

/// Does what a host can do, in no order.
private final class WildHost {
    private let port: BenchUSBPort
    private var random: SeededGenerator
    private var submitted: [UInt64] = []
    private var wall: Duration = .seconds(10)

    init(_ port: BenchUSBPort, seed: UInt64) {
        self.port = port
        random = SeededGenerator(seed: seed)
        _ = port.advance(to: wall)
    }

    private func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    private func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
    }
    private func look() {
        if number(0...1) == 0 { wall += .nanoseconds(number(0...4_000_000)) }
        _ = port.advance(to: wall)
    }

    func act() {
        switch number(0...20) {
        case 0...3: submitted.append(port.submit(.out(command(), endpoint: UInt8(number(1...2)))))
        case 4: submitted.append(port.submit(.out(bytes(64), endpoint: 1, endsWithEmptyPacket: true)))
        case 5...7:
            submitted.append(
                port.submit(.read(count: number(0...600), endpoint: 0x80 | UInt8(number(1...3)))))
        case 8: submitted.append(port.submit(.control(setup: bytes(8), data: bytes(number(0...9)))))
        case 9:
            submitted.append(
                port.submit(.control(setup: [0x80, 6, UInt8(number(0...4)), 3, 9, 4, 255, 0], data: [])))
        case 10: port.cancel(submitted.randomElement(using: &random) ?? 0)
        case 11: _ = port.clearHalt(0x81)
        case 12 where number(0...3) == 0:
            let faults = USBFaultPlan.Fault.allCases.filter { $0 != .disconnect || number(0...3) == 0 }
            port.inject(faults[number(0...faults.count - 1)], on: nil, after: number(0...5))
        case 13 where number(0...5) == 0 || !port.isPlugged: port.plug()
        case 14 where number(0...9) == 0: port.unplug()
        case 15 where number(0...5) == 0: port.reset()
        case 16 where number(0...5) == 0: port.powerCycleTarget()
        default: look()
        }
    }
    /// Something a probe understands, more often than not: modes, memory, registers; DAP_Info, DAP_Connect, transfers.
    private func command() -> [UInt8] {
        let commands: [[UInt8]] = [
            [0xF5], [0xF1], [0xF3, 0x07], [0xF2, 0x30, 0xA3], [0xF2, 0x36, 0xF0, 0xED, 0x00, 0xE0],
            [0xF2, 0x07, 0, 0, 0, 0x20, 64, 0], [0xF2, 0x3A], [0xF2, 0x01], [0x00, 0xFE], [0x02, 1],
            [0x05, 0, 1, 0x02], [0x12, 16, 0x9E, 0xE7], bytes(number(0...20)),
        ]
        let command = commands[number(0...commands.count - 1)]
        return command + [UInt8](repeating: 0, count: max(0, 16 - command.count))
    }
}
