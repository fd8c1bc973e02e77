// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// The probe's end of the two wires: drives packets and sequences, and books the time they take.
final class SerialWireHost {
    let line: SerialWireLine
    let clock: ProbeClock
    let statistics: WireStatistics
    private var target: any DebugTarget

    /// SWCLK.
    private(set) var frequency: UInt32 = 1_000_000
    private var period: Picoseconds = 1_000_000
    /// Clocks between the two drivers of SWDIO, as the probe assumes them.
    var turnaround = 1
    /// Clock the data phase even when the answer is WAIT or FAULT.
    var forcesDataPhase = false
    /// Low bits after a transfer that was answered OK.
    var idleCycles = 0
    /// What the firmware spends on a transfer besides the clocks.
    var overhead: Picoseconds = 0

    /// Above it the wire loses bits now and then; nil for short and good wires.
    var reliableFrequency: UInt32?
    private var disturbances = SeededGenerator(seed: 0x2545_F491_4F6C_DD1D)

    init(target: any DebugTarget, clock: ProbeClock) {
        (self.target, self.clock) = (target, clock)
        statistics = WireStatistics()
        line = SerialWireLine(target: target, clock: clock, statistics: statistics)
    }

    /// Another target is at the far end from now on, freshly powered.
    func exchange(_ target: any DebugTarget) {
        self.target = target
        clock.target = target
        line.exchange(target, clock: clock)
    }

    func setFrequency(_ hertz: UInt32) {
        frequency = max(hertz, 1)
        period = .period(ofHertz: frequency)
    }

    // MARK: - Packets

    /// One transfer: 8 request, turnaround, 3 acknowledge, 33 data, turnaround.
    func transfer(_ request: SWDRequest, writing value: UInt32 = 0) -> SWDReply {
        statistics.transfers += 1
        let reply =
            disturbedTransfer(request) ?? wholeTransfer(request, value) ?? clockedTransfer(request, value)
        clock.spend(overhead)
        if reply.isWait { statistics.waits += 1 }
        if reply.isFault { statistics.faults += 1 }
        if reply.acknowledge == SWDReply.Acknowledge.none.rawValue { statistics.unanswered += 1 }
        return reply
    }

    /// One in about 200 above the reliable clock: the target does not understand the request, or a bit of the data flips.
    private func disturbedTransfer(_ request: SWDRequest) -> SWDReply? {
        guard let reliableFrequency, frequency > reliableFrequency else { return nil }
        let noise = disturbances.next()
        guard noise % 200 == 0 else { return nil }
        guard request.isRead, noise >> 32 & 1 == 0,
            line.takesWholeTransfer(request, turnaround: turnaround, forcesDataPhase: forcesDataPhase)
        else {
            spend(clocks: clocks(of: SWDReply(.none)))
            return SWDReply(.none)
        }
        spend(clocks: 8)
        var reply = line.begin(request)
        spend(clocks: clocks(of: reply) - 8)
        guard reply.isOkay else { return reply }
        reply.value ^= 1 << UInt32(noise >> 40 & 31)
        reply.parityIsGood = false
        return reply
    }

    /// The short cut, with the moments at which request and data reach the target.
    private func wholeTransfer(_ request: SWDRequest, _ value: UInt32) -> SWDReply? {
        guard line.takesWholeTransfer(request, turnaround: turnaround, forcesDataPhase: forcesDataPhase)
        else {
            return nil
        }
        spend(clocks: 8)
        let reply = line.begin(request)
        spend(clocks: clocks(of: reply) - 8)
        guard reply.isOkay else { return reply }
        if !request.isRead { line.finish(writing: value) }
        spend(clocks: idleCycles)
        return reply
    }

    private func clocks(of reply: SWDReply) -> Int {
        let hasNoDataPhase = (reply.isWait || reply.isFault) && !forcesDataPhase
        return 8 + 3 + 2 * turnaround + (hasNoDataPhase ? 0 : 33)
    }

    private func clockedTransfer(_ request: SWDRequest, _ value: UInt32) -> SWDReply {
        write(UInt64(request.header), bits: 8)
        for _ in 0..<turnaround { _ = tick(nil) }
        var acknowledge: UInt8 = 0
        for bit in 0..<3 where tick(nil) { acknowledge |= 1 << UInt8(bit) }
        var reply = SWDReply(acknowledge)
        let isKnown = SWDReply.Acknowledge(rawValue: acknowledge).map { $0 != .none } ?? false
        if reply.isOkay {
            if request.isRead { reply = readData(acknowledge) } else { writeData(value) }
            for _ in 0..<idleCycles { _ = tick(false) }
        } else if !isKnown {
            // The answer may still be on its way: let a whole data phase pass (SW_DP.c of ARM's firmware).
            for _ in 0..<turnaround + 33 { _ = tick(nil) }
        } else {
            if forcesDataPhase, request.isRead { for _ in 0..<33 { _ = tick(nil) } }
            for _ in 0..<turnaround { _ = tick(nil) }
            if forcesDataPhase, !request.isRead { for _ in 0..<33 { _ = tick(false) } }
        }
        return reply
    }

    private func readData(_ acknowledge: UInt8) -> SWDReply {
        var value: UInt32 = 0
        for bit in 0..<32 where tick(nil) { value |= 1 << UInt32(bit) }
        let parity = tick(nil)
        for _ in 0..<turnaround { _ = tick(nil) }
        var reply = SWDReply(acknowledge, value: value)
        reply.parityIsGood = parity == (value.nonzeroBitCount & 1 == 1)
        return reply
    }
    private func writeData(_ value: UInt32) {
        for _ in 0..<turnaround { _ = tick(nil) }
        write(UInt64(value) | UInt64(value.nonzeroBitCount & 1) << 32, bits: 33)
    }

    // MARK: - Sequences

    /// Drives `count` bits, least significant first.
    func write(_ bits: UInt64, bits count: Int) {
        for bit in 0..<count { _ = tick(bits >> UInt64(bit) & 1 != 0) }
    }
    /// One clock with SWDIO driven, or released when `driven` is nil; gives what the probe samples.
    func tick(_ driven: Bool?) -> Bool {
        spend(clocks: 1)
        return line.clock(driven)
    }
    private func spend(clocks: Int) {
        statistics.clocks += clocks
        clock.spend(UInt64(clocks) &* period)
    }

    // MARK: - Other pins

    /// nRST as the probe drives it, open drain.
    var holdsReset: Bool {
        get { target.probeHoldsReset }
        set {
            clock.synchronize()
            target.probeHoldsReset = newValue
        }
    }
    var resetPinIsHigh: Bool {
        clock.synchronize()
        return target.resetPinIsHigh
    }
    /// Volts on the target's rail.
    var supplyVoltage: Double {
        clock.synchronize()
        return target.supplyVoltage
    }
}
