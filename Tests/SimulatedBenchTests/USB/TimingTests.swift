// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Testing
import USBTransport

@testable import SimulatedBench

/// Rates and round trips against what was measured on real probes.
@Suite struct `Link timing` {
    private func elapsed(_ rig: Rig, _ work: () throws -> Void) rethrows -> Duration {
        let before = rig.bench.time.now
        try work()
        return rig.bench.time.now - before
    }

    private func readRate(_ rig: Rig, bytes count: Int) throws -> Double {
        rig.target.unmapped = 0
        try rig.enterDebug()
        // Firmware that knows no INIT_AP answers with an unknown command, which does no harm.
        _ = try rig.command([0xF2, 0x4B, 0], answer: 2)
        let time = try elapsed(rig) {
            _ = try rig.command(
                [0xF2, 0x07, 0, 0, 0, 0x24, UInt8(count & 0xFF), UInt8(count >> 8)], answer: count)
            _ = try rig.command([0xF2, 0x3E], answer: 12)
        }
        return Double(count) / time.seconds
    }

    @Test func `reads 47 kB per second with the firmware of the capture`() throws {
        // 4092 bytes in 87.1 ms, at the default 1.8 MHz.
        let rate = try readRate(Rig(.stlinkV2, firmware: "V2J16S0"), bytes: 4_092)
        #expect((44_000..<50_000).contains(rate))
        #expect((44_000..<50_000).contains(try readRate(Rig(.stlinkV2, firmware: "V2J16S0"), bytes: 6_144)))
    }

    @Test func `reads well over a megabyte per second with a V3 at 24 MHz`() throws {
        let rig = try Rig(.stlinkV3)
        _ = try rig.command([0xF2, 0x61, 0, 0, 0xC0, 0x5D], answer: 8)
        #expect((1_000_000..<1_900_000).contains(try readRate(rig, bytes: 6_144)))
    }

    @Test(arguments: [
        (BenchConfiguration.ProbeKind.stlinkV2, 300...520), (.stlinkV3, 250...400),
        (.cmsisDAPv1, 2_000...2_100),
        (.cmsisDAPv2, 250...260),
    ])
    func `takes the round trip of its kind of link`(
        kind: BenchConfiguration.ProbeKind, microseconds: ClosedRange<Int>
    ) throws {
        let rig = try Rig(kind)
        let isSTLink = kind == .stlinkV2 || kind == .stlinkV3
        func once() throws {
            if isSTLink {
                _ = try rig.command([0xF1], answer: 6)
            } else {
                _ = try rig.exchange([0x00, 0xFE])
            }
        }
        try once()
        let time = try elapsed(rig, once)
        #expect(microseconds.contains(Int(time.nanoseconds / 1_000)))
        #expect(rig.bench.statistics.linkTime == rig.bench.time.now)
    }

    /// Writes `count` blocks of `words` with up to `depth` requests outstanding.
    private func writeRate(_ rig: Rig, depth: Int, words: Int, count: Int) throws -> Double {
        rig.target.unmapped = 0
        try rig.connectDAP()
        let isHID = rig.interface.descriptor.classCode == 3
        let block = [0x06, 0, UInt8(words), 0, 0x0D] + [UInt8](repeating: 0x5A, count: words * 4)
        let request = block + [UInt8](repeating: 0, count: isHID ? 64 - block.count : 0)
        _ = try rig.exchange([0x05, 0, 2, 0x01, 0x12, 0, 0, 0x23, 0x05, 0, 0, 0, 0x24])
        let time = try elapsed(rig) {
            var answers: [USBTicket] = []
            for index in 0..<count + depth {
                if answers.count == depth || index >= count, !answers.isEmpty {
                    let answer = try rig.interface.complete(answers.removeFirst())
                    #expect(answer.prefix(4) == [0x06, UInt8(words), 0, 1])
                }
                guard index < count else { continue }
                _ = try rig.interface.submit(request, to: rig.output, within: .seconds(5))
                answers.append(
                    try rig.interface.submitRead(isHID ? 64 : 512, from: rig.input, within: .seconds(5)))
            }
        }
        return Double(count * words * 4) / time.seconds
    }

    @Test func `doubles a HID probe's rate by keeping packets under way`() throws {
        let serial = try writeRate(Rig(.cmsisDAPv1), depth: 1, words: 14, count: 100)
        let pipelined = try writeRate(Rig(.cmsisDAPv1), depth: 4, words: 14, count: 100)
        #expect((25_000..<29_000).contains(serial))
        #expect((50_000..<57_000).contains(pipelined))
    }

    @Test func `overlaps cable and wire of a bulk probe`() throws {
        func rig() throws -> Rig {
            let rig = try Rig(.cmsisDAPv2)
            _ = try rig.exchange([0x11, 0x80, 0x96, 0x98, 0])
            return rig
        }
        // 10 MHz: 126 words are 127 transfers of 4.6 µs and a little firmware.
        let serial = try writeRate(rig(), depth: 1, words: 126, count: 100)
        let two = try writeRate(rig(), depth: 2, words: 126, count: 100)
        let four = try writeRate(rig(), depth: 4, words: 126, count: 100)
        #expect((600_000..<700_000).contains(serial))
        #expect((780_000..<870_000).contains(two))
        #expect((780_000..<870_000).contains(four))
    }

    @Test func `lets the target run for as long as the host is on the wire`() throws {
        let rig = try Rig(.cmsisDAPv2)
        try rig.connectDAP()
        rig.target.unmapped = 0
        _ = try rig.exchange([0x11, 0x40, 0x42, 0x0F, 0])
        _ = try rig.exchange([0x05, 0, 2, 0x01, 0x12, 0, 0, 0x23, 0x05, 0, 0, 0, 0x24])
        rig.target.forgetAccesses()
        _ = try rig.exchange([0x05, 0, 3, 0x0F, 0x0F, 0x0F])
        let times = rig.target.accesses.map(\.time)
        // 46 clocks at 1 MHz and the firmware's own tenth of a microsecond apart.
        #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 == 46_100_000 })
    }

    @Test func `executes what was sent while the host does something else`() throws {
        let rig = try Rig(.cmsisDAPv2)
        try rig.connectDAP()
        rig.target.unmapped = 0
        _ = try rig.exchange([0x05, 0, 2, 0x01, 0x12, 0, 0, 0x23, 0x05, 0, 0, 0, 0x24])
        rig.target.forgetAccesses()
        let before = rig.target.now
        _ = try rig.interface.submit([0x05, 0, 1, 0x0D, 1, 0, 0, 0], to: rig.output, within: .seconds(1))
        rig.bench.time.wait(for: .milliseconds(50))
        let access = try #require(rig.target.accesses.first)
        #expect(access.time - before < .microseconds(400))
        #expect(rig.target.now - before == .milliseconds(50))
    }

    @Test func `waits exactly as long as asked`() throws {
        let rig = try Rig(.stlinkV3)
        let before = rig.bench.time.now
        rig.bench.time.wait(for: .microseconds(1_234))
        #expect(rig.bench.time.now - before == .microseconds(1_234))
        #expect(rig.bench.statistics.linkTime == .zero)
    }
}
