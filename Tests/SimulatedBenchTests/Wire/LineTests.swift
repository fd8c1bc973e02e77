// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Testing

@testable import SimulatedBench

@Suite struct `Serial wire line` {
    let target = ScriptedTarget()
    let wire: SerialWireHost

    init() { wire = SerialWireHost(target: target, clock: ProbeClock(target: target)) }

    private var answers: Bool { wire.transfer(.readDP(0)).isOkay }
    private func lineReset(ones: Int = 50, zeros: Int = 2) {
        for _ in 0..<ones { _ = wire.tick(true) }
        for _ in 0..<zeros { _ = wire.tick(false) }
    }
    private func ones(_ count: Int) { for _ in 0..<count { _ = wire.tick(true) } }

    @Test func `is in JTAG after power-on and deaf to a mere line reset`() {
        lineReset()
        #expect(!answers)
    }

    @Test func `needs the whole switch sequence`() {
        ones(50)
        wire.write(0xE79E, bits: 16)
        lineReset()
        #expect(answers)
    }

    @Test(arguments: [
        (49, 0xE79E as UInt64, 50, 2), (50, 0xE79F, 50, 2), (50, 0xE79E, 49, 2), (50, 0xE79E, 50, 1),
    ])
    func `does not take a sequence that is short or wrong`(lead: Int, code: UInt64, tail: Int, zeros: Int) {
        _ = wire.tick(false)
        ones(lead)
        wire.write(code, bits: 16)
        _ = wire.tick(false)
        lineReset(ones: tail, zeros: zeros)
        #expect(!answers)
    }

    @Test func `wants DPIDR first after a line reset`() {
        wire.connect()
        lineReset()
        #expect(wire.transfer(.readDP(0x4)).acknowledge == 7)
        #expect(!answers)
        lineReset()
        #expect(answers)
        #expect(wire.transfer(.readDP(0x4)).isOkay)
    }

    @Test func `is lost after a request with wrong parity until the next line reset`() {
        wire.connect()
        wire.write(UInt64(SWDRequest.readDP(0).header ^ 0x20), bits: 8)
        for _ in 0..<5 { _ = wire.tick(nil) }
        #expect(!answers)
        lineReset()
        #expect(answers)
    }

    @Test func `latches wrong write data parity and does not take the value`() {
        wire.connect()
        wire.write(UInt64(SWDRequest.writeDP(0x8).header), bits: 8)
        for _ in 0..<5 { _ = wire.tick(nil) }
        wire.write(0x2, bits: 33)
        #expect(wire.transfer(.readDP(0x4)).value & 0x80 != 0)
        _ = wire.transfer(.writeDP(0), writing: 0x8)
        #expect(wire.transfer(.readDP(0x4)).value & 0x80 == 0)
    }

    @Test func `goes to JTAG and back`() {
        wire.connect()
        ones(50)
        wire.write(0xE73C, bits: 16)
        lineReset()
        #expect(!answers)
        wire.connect()
        #expect(answers)
    }

    @Test func `sleeps when told to and wakes by the selection alert`() {
        wire.connect()
        ones(50)
        wire.write(0xE3BC, bits: 16)
        wire.connect()
        #expect(!answers)
        ones(8)
        let alert: [UInt8] = [
            0x92, 0xF3, 0x09, 0x62, 0x95, 0x2D, 0x85, 0x86, 0xE9, 0xAF, 0xDD, 0xE3, 0xA2, 0x0E, 0xBC, 0x19,
        ]
        for byte in alert { wire.write(UInt64(byte), bits: 8) }
        wire.write(0x1A << 4, bits: 12)
        lineReset()
        #expect(answers)
    }

    @Test func `sleeps from JTAG too`() {
        ones(5)
        wire.write(0x33BB_BBBA, bits: 31)
        wire.connect()
        #expect(!answers)
    }

    @Test(arguments: [(0x0450_0041 as UInt32, true), (0x1450_0041, false), (0x0450_1041, false)])
    func `answers on a shared wire only when its own target id is selected`(id: UInt32, isSelected: Bool) {
        wire.connect()
        lineReset()
        wire.write(UInt64(SWDRequest.writeDP(0xC).header), bits: 8)
        var driven = false
        for _ in 0..<5 where !wire.tick(nil) { driven = true }
        #expect(!driven)
        wire.write(UInt64(id) | UInt64(id.nonzeroBitCount & 1) << 32, bits: 33)
        #expect(answers == isSelected)
    }

    @Test func `takes as many turnaround clocks as it was told`() {
        wire.connect()
        _ = wire.transfer(.writeDP(0x8), writing: 1)
        _ = wire.transfer(.writeDP(0x4), writing: 0x200)
        #expect(!answers)
        lineReset(ones: 60)
        #expect(answers)
        _ = wire.transfer(.writeDP(0x4), writing: 0x200)
        wire.turnaround = 3
        #expect(wire.transfer(.readDP(0x4)).value & 0x300 == 0x200)
    }

    @Test func `counts 46 clocks for a transfer and 13 for a refused one`() {
        wire.connect()
        var before = wire.statistics.clocks
        _ = wire.transfer(.readDP(0))
        #expect(wire.statistics.clocks - before == 46)
        before = wire.statistics.clocks
        #expect(wire.transfer(.readAP(0)).isFault)
        #expect(wire.statistics.clocks - before == 13)
    }

    /// The short cut for whole packets and the clocks one by one are two ways to the same result.
    @Test(arguments: [1, 2, 3] as [UInt64])
    func `gives the same for whole packets as for single clocks`(seed: UInt64) {
        let other = ScriptedTarget()
        let slow = SerialWireHost(target: other, clock: ProbeClock(target: other))
        for host in [wire, slow] { host.connect() }
        for board in [target, other] { board.memory = [0x2400_0000: 0x1234_5678, 0x2400_0004: 0x9ABC_DEF0] }
        var random = SeededGenerator(seed: seed)
        let values: [UInt32] = [0, 0x5000_0000, 0x2400_0000, 0x2300_0012, 0x1E, 0x0100_0000, 0xF0, 1]
        for _ in 0..<2_000 {
            let fields = UInt8.random(in: 0..<16, using: &random)
            let request = SWDRequest(
                isAccessPort: fields & 1 != 0, isRead: fields & 2 != 0, address: fields)
            guard request != .writeDP(0xC) else { continue }
            var value = values[Int.random(in: 0..<values.count, using: &random)]
            // Turnaround and overrun detection change the framing; they have tests of their own.
            if request == .writeDP(0x4) { value &= 0x5000_0000 }
            let fast = wire.transfer(request, writing: value)
            #expect(slow.transferClocked(request, value) == fast)
            if fast.isFault { for host in [wire, slow] { _ = host.transfer(.writeDP(0), writing: 0x1E) } }
        }
        #expect(target.memory == other.memory)
        #expect(wire.statistics.clocks == slow.statistics.clocks)
    }
}

extension SerialWireHost {
    /// The transfer as single clocks, whatever short cut there is.
    fileprivate func transferClocked(_ request: SWDRequest, _ value: UInt32) -> SWDReply {
        write(UInt64(request.header), bits: 8)
        _ = tick(nil)
        var acknowledge: UInt8 = 0
        for bit in 0..<3 where tick(nil) { acknowledge |= 1 << UInt8(bit) }
        var reply = SWDReply(acknowledge)
        guard reply.isOkay else {
            _ = tick(nil)
            return reply
        }
        if request.isRead {
            for bit in 0..<32 where tick(nil) { reply.value |= 1 << UInt32(bit) }
            reply.parityIsGood = tick(nil) == (reply.value.nonzeroBitCount & 1 == 1)
            _ = tick(nil)
        } else {
            _ = tick(nil)
            write(UInt64(value) | UInt64(value.nonzeroBitCount & 1) << 32, bits: 33)
        }
        return reply
    }
}
