// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Testing
import USBTransport

@testable import SimulatedBench

@Suite struct `Virtual CMSIS-DAP` {
    private static let both: [BenchConfiguration.ProbeKind] = [.cmsisDAPv1, .cmsisDAPv2]
    private static func le(_ word: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) }
    }

    /// SELECT, CSW for words with increment, TAR.
    private func point(_ rig: Rig, at address: UInt32) throws {
        let writes: [UInt8] =
            [0x08] + Self.le(0) + [0x01] + Self.le(0x2300_0012) + [0x05] + Self.le(address)
        #expect(try rig.exchange([0x05, 0, 3] + writes).prefix(3) == [0x05, 3, 1])
    }

    // MARK: - Description

    @Test(arguments: both)
    func `describes itself`(kind: BenchConfiguration.ProbeKind) throws {
        let rig = try Rig(kind)
        let isHID = kind == .cmsisDAPv1
        func info(_ id: UInt8) throws -> [UInt8] {
            let answer = try rig.exchange([0x00, id])
            return Array(answer[2..<2 + Int(answer[1])])
        }
        #expect(try info(0xFF) == (isHID ? [64, 0] : [0, 2]))
        #expect(try info(0xFE) == [isHID ? 4 : 8])
        #expect(try info(0xF0) == [0x31, 0])
        #expect(try info(0x04) == Array((isHID ? "1.3.0" : "2.1.1").utf8) + [0])
        #expect(try info(0xF1) == Self.le(1_000_000))
        #expect(try info(0x55) == [])
        #expect(rig.interface.device.product?.contains("CMSIS-DAP") == true)
        #expect(rig.interface.descriptor.name?.contains("CMSIS-DAP") == true)
        let endpoints = rig.interface.descriptor.endpoints
        #expect(endpoints.map(\.kind) == (isHID ? [.interrupt, .interrupt] : [.bulk, .bulk]))
    }

    @Test func `has a report descriptor of 64 bytes each way and WinUSB's descriptors`() throws {
        let hid = try Rig(.cmsisDAPv1)
        let report = try hid.interface.control(
            requestType: 0x81, request: 6, value: 0x2200, index: 0, data: [], readCount: 255,
            within: .seconds(1))
        #expect(report.prefix(3) == [0x06, 0x00, 0xFF] && report.last == 0xC0)
        let bulk = try Rig(.cmsisDAPv2)
        let store = try bulk.interface.control(
            requestType: 0x80, request: 6, value: 0x0F00, index: 0, data: [], readCount: 255,
            within: .seconds(1))
        #expect(store.count == Int(store[2]))
        let set = try bulk.interface.control(
            requestType: 0xC0, request: 0x20, value: 0, index: 7, data: [], readCount: 1_024,
            within: .seconds(1))
        #expect(set.count == Int(store[29]) | Int(store[30]) << 8)
        #expect(set.count == Int(set[8]) | Int(set[9]) << 8)
    }

    @Test(arguments: both)
    func `answers FF to what it does not know`(kind: BenchConfiguration.ProbeKind) throws {
        let rig = try Rig(kind)
        #expect(try rig.exchange([0x42]).first == 0xFF)
        #expect(try rig.exchange([0x80]).first == 0xFF)
        #expect(try rig.exchange([0x14, 1, 1, 0]).prefix(2) == [0x14, 0xFF])
    }

    // MARK: - Transfers

    @Test(arguments: both)
    func `does nothing before it is connected`(kind: BenchConfiguration.ProbeKind) throws {
        let rig = try Rig(kind)
        #expect(try rig.exchange([0x05, 0, 1, 0x02]).prefix(3) == [0x05, 0, 0])
        #expect(try rig.exchange([0x06, 0, 1, 0, 0x02]).prefix(4) == [0x06, 0, 0, 0])
        #expect(try rig.exchange([0x08, 0, 0x1E, 0, 0, 0]).prefix(2) == [0x08, 0xFF])
        #expect(try rig.exchange([0x02, 0x02]).prefix(2) == [0x02, 0])
        #expect(rig.bench.statistics.swdTransfers == 0)
    }

    @Test(arguments: both)
    func `pipelines reads of an access port`(kind: BenchConfiguration.ProbeKind) throws {
        let rig = try Rig(kind)
        try rig.connectDAP()
        rig.target.memory = [0x2400_0000: 0x11, 0x2400_0004: 0x22, 0x2400_0008: 0x33]
        try point(rig, at: 0x2400_0000)
        let before = rig.bench.statistics.swdTransfers
        let answer = try rig.exchange([0x05, 0, 4, 0x0F, 0x0F, 0x02, 0x0F])
        #expect(answer.prefix(3) == [0x05, 4, 1])
        let words = [0x11, 0x22, 0x6BA0_2477, 0x33].flatMap(Self.le)
        #expect(Array(answer[3..<19]) == words)
        // Two posts, RDBUFF, DPIDR, post, RDBUFF.
        #expect(rig.bench.statistics.swdTransfers - before == 6)
    }

    @Test(arguments: both)
    func `counts a posted read even when its result fails`(kind: BenchConfiguration.ProbeKind) throws {
        let rig = try Rig(kind)
        try rig.connectDAP()
        let list: [UInt8] =
            [0x08] + Self.le(0) + [0x01] + Self.le(0x2300_0052) + [0x05] + Self.le(0x0E40_0940) + [0x0F]
        #expect(try rig.exchange([0x05, 0, 4] + list).prefix(3) == [0x05, 4, 4])
        #expect(try rig.exchange([0x05, 0, 1, 0x0F]).prefix(3) == [0x05, 0, 4])
        #expect(try rig.exchange([0x08, 0, 0x1E, 0, 0, 0]).prefix(2) == [0x08, 0])
        #expect(try rig.exchange([0x05, 0, 1, 0x06]).prefix(3) == [0x05, 1, 1])
    }

    @Test(arguments: both)
    func `reports a failing last write in its own packet`(kind: BenchConfiguration.ProbeKind) throws {
        let rig = try Rig(kind)
        try rig.connectDAP()
        try point(rig, at: 0x1000_0000)
        #expect(try rig.exchange([0x05, 0, 1, 0x0D, 1, 2, 3, 4]).prefix(3) == [0x05, 1, 4])
    }

    @Test(arguments: both)
    func `retries WAIT as often as it was told`(kind: BenchConfiguration.ProbeKind) throws {
        let rig = try Rig(kind)
        rig.target.unmapped = 9
        try rig.connectDAP()
        try point(rig, at: 0x2400_0000)
        #expect(try rig.exchange([0x04, 0, 20, 0, 0, 0]).prefix(2) == [0x04, 0])
        rig.target.busyPorts = [0]
        let before = rig.bench.statistics.swdWaits
        #expect(try rig.exchange([0x05, 0, 1, 0x0F]).prefix(3) == [0x05, 1, 2])
        #expect(rig.bench.statistics.swdWaits - before == 21)
        rig.target.busyUntil = rig.target.now + .microseconds(100)
        #expect(try rig.exchange([0x04, 0, 0xFF, 0xFF, 0, 0]).prefix(2) == [0x04, 0])
        #expect(try rig.exchange([0x05, 0, 1, 0x0F]).prefix(3) == [0x05, 1, 1])
    }

    @Test func `moves whole blocks`() throws {
        let rig = try Rig(.cmsisDAPv2)
        rig.target.unmapped = 0
        try rig.connectDAP()
        try point(rig, at: 0x2400_0000)
        let bytes = (0..<504).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        #expect(try rig.exchange([0x06, 0, 126, 0, 0x0D] + bytes) == [0x06, 126, 0, 1])
        try point(rig, at: 0x2400_0000)
        #expect(try rig.exchange([0x06, 0, 126, 0, 0x0F]) == [0x06, 126, 0, 1] + bytes)
        #expect(try rig.exchange([0x06, 0, 0, 0, 0x0F]) == [0x06, 0, 0, 0])
        rig.target.unmapped = nil
        try point(rig, at: 0x2400_01F4)
        #expect(try rig.exchange([0x06, 0, 4, 0, 0x0F]) == [0x06, 1, 0, 4] + bytes[500..<504])
    }

    @Test(arguments: both)
    func `waits for a value under a mask`(kind: BenchConfiguration.ProbeKind) throws {
        let rig = try Rig(kind)
        try rig.connectDAP()
        rig.target.memory = [0x2400_0000: 0xAB12]
        try point(rig, at: 0x2400_0000)
        #expect(try rig.exchange([0x05, 0, 1, 0x01] + Self.le(0x2300_0002)).prefix(3) == [0x05, 1, 1])
        #expect(try rig.exchange([0x04, 0, 100, 0, 3, 0]).prefix(2) == [0x04, 0])
        let mask = [0x20] + Self.le(0xFF00)
        #expect(try rig.exchange([0x05, 0, 2] + mask + [0x1F] + Self.le(0xAB00)).prefix(3) == [0x05, 2, 1])
        rig.target.forgetAccesses()
        #expect(try rig.exchange([0x05, 0, 1, 0x1F] + Self.le(0xAC00)).prefix(3) == [0x05, 0, 0x11])
        // The post, then a try and three more.
        #expect(rig.target.accesses.count == 5)
    }

    @Test(arguments: both)
    func `stamps transfers when asked`(kind: BenchConfiguration.ProbeKind) throws {
        let rig = try Rig(kind)
        try rig.connectDAP()
        let first = try rig.exchange([0x05, 0, 1, 0x82])
        rig.bench.time.wait(for: .milliseconds(100))
        let second = try rig.exchange([0x05, 0, 1, 0x82])
        func stamp(_ bytes: [UInt8]) -> Int { bytes[3..<7].reversed().reduce(0) { $0 << 8 | Int($1) } }
        #expect(Array(second[7..<11]) == Self.le(0x6BA0_2477))
        #expect((100_000..<110_000).contains(stamp(second) - stamp(first)))
    }

    @Test(arguments: both)
    func `executes several commands in one packet`(kind: BenchConfiguration.ProbeKind) throws {
        let rig = try Rig(kind)
        try rig.connectDAP()
        let answer = try rig.exchange([0x7F, 3, 0x11, 0x40, 0x42, 0x0F, 0, 0x05, 0, 1, 0x02, 0x03])
        #expect(answer.prefix(13) == [0x7F, 3, 0x11, 0, 0x05, 1, 1, 0x77, 0x24, 0xA0, 0x6B, 0x03, 0])
    }

    @Test func `keeps queued commands until another packet comes`() throws {
        let rig = try Rig(.cmsisDAPv2)
        try rig.interface.send([0x7E, 1, 0x00, 0xFE], to: rig.output, within: .seconds(1))
        #expect(throws: USBError.self) {
            try rig.interface.receive(512, from: rig.input, within: .milliseconds(100))
        }
        try rig.interface.send([0x00, 0xFE], to: rig.output, within: .seconds(1))
        // The queued one is answered under the identifier of its twin.
        #expect(
            try rig.interface.receive(512, from: rig.input, within: .seconds(1)) == [0x7F, 1, 0x00, 1, 8])
        #expect(try rig.interface.receive(512, from: rig.input, within: .seconds(1)) == [0x00, 1, 8])
    }

    @Test func `stops a transfer for an abort that overtakes it`() throws {
        let rig = try Rig(.cmsisDAPv2)
        rig.target.unmapped = 1
        try rig.connectDAP()
        try point(rig, at: 0x2400_0000)
        #expect(try rig.exchange([0x04, 0, 0xFF, 0xFF, 0, 0]) == [0x04, 0])
        rig.target.busyPorts = [0]
        let transfer = try rig.interface.submit([0x05, 0, 1, 0x0F], to: rig.output, within: .seconds(5))
        let abort = try rig.interface.submit([0x07], to: rig.output, within: .seconds(5))
        let start = rig.bench.time.now
        #expect(try rig.interface.receive(512, from: rig.input, within: .seconds(5)) == [0x05, 1, 2])
        #expect(rig.bench.time.now - start < .milliseconds(2))
        _ = try rig.interface.complete(transfer)
        _ = try rig.interface.complete(abort)
        #expect(try rig.exchange([0x00, 0xFE]) == [0x00, 1, 8])
    }

    // MARK: - Pins and sequences

    @Test(arguments: both)
    func `drives and reads nRESET`(kind: BenchConfiguration.ProbeKind) throws {
        let rig = try Rig(kind)
        _ = try rig.exchange([0x02, 0x01])
        #expect(try rig.exchange([0x10, 0x00, 0x80, 0, 0, 0, 0])[1] & 0x80 == 0)
        #expect(rig.target.probeHoldsReset)
        #expect(try rig.exchange([0x10, 0x80, 0x80] + Self.le(1_000))[1] & 0x80 == 0x80)
        #expect(!rig.target.probeHoldsReset)
        // A pin that does not come costs the whole wait.
        rig.target.supplyVoltage = 0
        let before = rig.bench.time.now
        _ = try rig.exchange([0x10, 0x80, 0x80] + Self.le(10_000_000))
        #expect(rig.bench.time.now - before >= .seconds(3))
    }

    @Test(arguments: both)
    func `connects by bits it is given`(kind: BenchConfiguration.ProbeKind) throws {
        let rig = try Rig(kind)
        try rig.connectDAP()
        // DPIDR by hand: request out, turnaround and acknowledge in, data in, turnaround.
        let request = SWDRequest.readDP(0).header
        let answer = try rig.exchange([0x1D, 4, 8, request, 0x80 | 4, 0x80 | 33, 1, 0])
        #expect(answer[0] == 0x1D && answer[1] == 0)
        #expect(answer[2] >> 1 & 7 == 1)
        #expect(Array(answer[3..<7]) == Self.le(0x6BA0_2477))
    }

    @Test(arguments: both)
    func `refuses a clock of zero`(kind: BenchConfiguration.ProbeKind) throws {
        let rig = try Rig(kind)
        #expect(try rig.exchange([0x11] + Self.le(2_000_000)).prefix(2) == [0x11, 0])
        #expect(try rig.exchange([0x11] + Self.le(0)).prefix(2) == [0x11, 0xFF])
        #expect(rig.bench.wire.frequency == 2_000_000)
    }

    @Test func `sends full reports with the remains of the last one behind the answer`() throws {
        let rig = try Rig(.cmsisDAPv1)
        _ = try rig.exchange([0x00, 0x04])
        let answer = try rig.exchange([0x00, 0xFE])
        #expect(answer.count == 64)
        #expect(answer.prefix(7) == [0x00, 1, 4, 0x2E, 0x33, 0x2E, 0x30])
    }

    @Test func `drops reports it has no buffer for`() throws {
        let rig = try Rig(.cmsisDAPv1)
        for _ in 0..<12 {
            _ = try rig.interface.submit(
                [0x00, 0xFE] + [UInt8](repeating: 0, count: 62), to: rig.output, within: .seconds(1))
        }
        rig.bench.time.wait(for: .milliseconds(100))
        var count = 0
        while (try? rig.interface.receive(64, from: rig.input, within: .milliseconds(10))) != nil {
            count += 1
        }
        #expect((4..<12).contains(count))
        #expect(try rig.exchange([0x00, 0xFE]).prefix(3) == [0x00, 1, 4])
    }

    // MARK: - Hostile input

    @Test(arguments: both)
    func `survives truncated and random requests`(kind: BenchConfiguration.ProbeKind) throws {
        let target = ScriptedTarget()
        target.unmapped = 0
        let wire = SerialWireHost(target: target, clock: ProbeClock(target: target))
        let probe = VirtualCMSISDAP(kind == .cmsisDAPv1 ? .version1 : .version2, wire: wire)
        var random = SeededGenerator(seed: 11)
        _ = probe.process([0x02, 1])
        _ = probe.process([0x04, 0, 3, 0, 3, 0])
        for command in 0...255 as ClosedRange<UInt8> {
            for length in 0..<24 {
                let body = (0..<23).map { _ in UInt8.random(in: 0...255, using: &random) }
                // Long delays and pin waits only cost virtual time; keep the retry counts small all the same.
                guard command != 0x04 else { continue }
                _ = probe.process(Array(([command] + body).prefix(length)))
            }
        }
        for _ in 0..<2_000 {
            let count = Int.random(in: 0...64, using: &random)
            var request = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            if request.first == 0x04 { request[0] = 0x05 }
            _ = probe.process(request)
        }
        #expect(probe.process([0x00, 0xFE]).prefix(2) == [0x00, 1])
    }
}
