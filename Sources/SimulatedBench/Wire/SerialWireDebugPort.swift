// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The registers of an SW-DP and the access ports behind it (ADIv5.2 chapters B1, B2).
///
/// One transfer reaches it as a request that is answered at once, and for writes the data phase that follows.
final class SerialWireDebugPort {
    let identity: DebugPortIdentity
    private let target: any DebugTarget
    private let clock: ProbeClock
    private let statistics: WireStatistics

    /// DP state that is not part of an access port; layout as in CTRL/STAT and SELECT.
    private(set) var sticky = StickyFlags()
    private(set) var select: UInt32 = 0
    private(set) var turnaround = 1
    private var control: UInt32 = 0
    private var readIsGood = false
    private var readBuffer: UInt32 = 0
    private var lastReadData: UInt32 = 0
    private var debugRequestedAt: Picoseconds?
    private var systemRequestedAt: Picoseconds?
    private var accessPorts: [MemoryAccessPort] = []
    /// The access an AP could not finish yet; until then its port answers WAIT.
    private var pending: PendingAccess?
    /// The write whose request was answered OK and whose data phase is next.
    private var expectedWrite: SWDRequest?

    init(target: any DebugTarget, clock: ProbeClock, statistics: WireStatistics) {
        (self.target, self.clock, self.statistics) = (target, clock, statistics)
        identity = target.debugPort
        powerOnReset()
    }

    /// Bits of CTRL/STAT that make the port answer FAULT until ABORT clears them.
    struct StickyFlags {
        var overrun = false, compare = false, error = false, writeData = false
        var isClear: Bool { !(overrun || compare || error || writeData) }
    }
    private struct PendingAccess {
        var port: Int, offset: UInt8
        /// Nil is a read.
        var value: UInt32?
    }

    func powerOnReset() {
        sticky = StickyFlags()
        (select, control, readBuffer, lastReadData) = (0, 0, 0, 0)
        (readIsGood, turnaround, pending, expectedWrite) = (false, 1, nil, nil)
        (debugRequestedAt, systemRequestedAt) = (nil, nil)
        accessPorts = target.accessPorts.enumerated().map { index, identity in
            MemoryAccessPort(index: index, identity: identity, target: target)
        }
    }

    /// A line reset puts the data link back to its defaults and leaves the other registers alone.
    func lineReset() { (turnaround, expectedWrite) = (1, nil) }

    var detectsOverrun: Bool { control & 1 != 0 }

    // MARK: - Answering a request

    /// The ACK, and the data of a read.
    func respond(to request: SWDRequest) -> SWDReply {
        expectedWrite = nil
        let reply = request.isAccessPort ? respondAP(request) : respondDP(request)
        if reply.isOkay, !request.isRead { expectedWrite = request }
        if detectsOverrun, !reply.isOkay { sticky.overrun = true }
        if request.isRead {
            let isDelivered = request.isAccessPort || request.address == 0xC
            if isDelivered { readIsGood = reply.isOkay }
            if isDelivered, reply.isOkay { lastReadData = reply.value }
        }
        return reply
    }

    private func respondDP(_ request: SWDRequest) -> SWDReply {
        switch (request.isRead, request.address) {
        case (true, 0x0): return SWDReply(.okay, value: identity.identification)
        case (false, 0x0): return SWDReply(.okay)
        case (true, 0x4) where select & 0xF == 0: return SWDReply(.okay, value: status)
        case _ where !sticky.isClear: return SWDReply(.fault)
        case (true, 0x4): return SWDReply(.okay, value: bankedRegister)
        case (true, 0x8): return isStuck ? SWDReply(.wait) : SWDReply(.okay, value: lastReadData)
        case (true, _): return readResult()
        // SELECT may not change under an access that has not finished.
        case (false, 0x8): return isStuck ? SWDReply(.wait) : SWDReply(.okay)
        default: return SWDReply(.okay)
        }
    }

    private func respondAP(_ request: SWDRequest) -> SWDReply {
        guard sticky.isClear else { return SWDReply(.fault) }
        guard isDebugPowered else {
            sticky.error = true
            return SWDReply(.fault)
        }
        guard !isStuck else { return SWDReply(.wait) }
        // An access that was waiting may just have ended in an error.
        guard sticky.isClear else { return SWDReply(.fault) }
        guard request.isRead else { return SWDReply(.okay) }
        let previous = readBuffer
        repeatTransactions { self.startAccess(request.address, nil) }
        return SWDReply(.okay, value: previous)
    }

    private func readResult() -> SWDReply {
        guard !isStuck else { return SWDReply(.wait) }
        return sticky.isClear ? SWDReply(.okay, value: readBuffer) : SWDReply(.fault)
    }

    // MARK: - Taking the data phase

    /// Write data with the parity the probe sent.
    func acceptWrite(_ value: UInt32, parityIsGood: Bool) {
        guard let request = expectedWrite else { return }
        expectedWrite = nil
        guard parityIsGood else {
            sticky.writeData = true
            return
        }
        if request.isAccessPort {
            switch control >> 2 & 3 {
            case 1, 2: repeatTransactions { self.compare(request.address, with: value) }
            default: repeatTransactions { self.startAccess(request.address, value) }
            }
            return
        }
        switch request.address {
        case 0x0: writeAbort(value)
        case 0x4 where select & 0xF == 0: writeControl(value)
        case 0x4 where select & 0xF == 1: turnaround = Int(value >> 8 & 3) + 1
        case 0x8: select = value & 0xFF00_00FF
        default: break
        }
    }

    private func writeAbort(_ value: UInt32) {
        if value & 2 != 0 { sticky.compare = false }
        if value & 4 != 0 { sticky.error = false }
        if value & 8 != 0 { sticky.writeData = false }
        if value & 16 != 0 { sticky.overrun = false }
        // The aborted access ends in an error: after 0x1F a real part was seen to answer FAULT once more.
        if value & 1 != 0, let stuck = pending {
            clock.synchronize()
            target.abort(accessPort: stuck.port)
            (pending, sticky.error) = (nil, true)
        }
    }

    // MARK: - CTRL/STAT

    private func writeControl(_ value: UInt32) {
        control = value & 0x543F_FF0D
        let debug = value >> 28 & 1 != 0
        let system = value >> 30 & 1 != 0
        debugRequestedAt = debug ? debugRequestedAt ?? clock.now : nil
        systemRequestedAt = system ? systemRequestedAt ?? clock.now : nil
        clock.synchronize()
        target.setPowerRequest(debug: debug, system: system)
    }

    private func isAcknowledged(_ requestedAt: Picoseconds?) -> Bool {
        guard let requestedAt else { return false }
        return clock.now >= requestedAt &+ identity.powerUpDelay
    }
    private var isDebugPowered: Bool { isAcknowledged(debugRequestedAt) }

    /// CTRL/STAT as it reads.
    private var status: UInt32 {
        var value = control | identity.statusTiedHigh
        if isAcknowledged(debugRequestedAt) { value |= 1 << 29 }
        if isAcknowledged(systemRequestedAt) { value |= 1 << 31 }
        if sticky.overrun { value |= 1 << 1 }
        if sticky.compare { value |= 1 << 4 }
        if sticky.error { value |= 1 << 5 }
        if readIsGood { value |= 1 << 6 }
        if sticky.writeData { value |= 1 << 7 }
        return value
    }

    private var bankedRegister: UInt32 {
        switch (select & 0xF, identity.isVersion2) {
        case (1, _): identity.dataLinkControl & ~0x300 | UInt32(turnaround &- 1) << 8
        case (2, true): identity.targetID
        case (3, true): UInt32(identity.instance) << 28 | 1
        default: 0
        }
    }

    // MARK: - Access port transactions

    /// TRNCNT makes one transfer stand for several transactions (ADIv5.2 §B1.5.3); an error ends the run.
    private func repeatTransactions(_ transaction: () -> Void) {
        transaction()
        while control >> 12 & 0x3FF != 0, sticky.isClear, pending == nil {
            control &-= 1 << 12
            transaction()
        }
    }

    private func startAccess(_ address: UInt8, _ value: UInt32?) {
        let access = PendingAccess(
            port: Int(select >> 24), offset: UInt8(truncatingIfNeeded: select & 0xF0) | address, value: value)
        if MemoryAccessPort.isDataRegister(access.offset), isBusy(access.port) {
            pending = access
        } else {
            perform(access)
        }
    }

    /// Pushed verify and pushed compare: the written value is compared with what the AP register reads.
    private func compare(_ address: UInt8, with value: UInt32) {
        let offset = UInt8(truncatingIfNeeded: select & 0xF0) | address
        guard let actual = readPort(Int(select >> 24), offset) else {
            sticky.error = true
            return
        }
        var mask: UInt32 = 0
        for lane in 0..<4 where control >> (8 + UInt32(lane)) & 1 != 0 { mask |= 0xFF << (8 * UInt32(lane)) }
        let isEqual = (actual ^ value) & mask == 0
        if isEqual == (control >> 2 & 3 == 2) { sticky.compare = true }
    }

    private func isBusy(_ port: Int) -> Bool {
        guard accessPorts.indices.contains(port) else { return false }
        clock.synchronize()
        return target.isBusy(accessPort: port)
    }

    /// Gives a waiting access the chance to finish; true while it cannot.
    private var isStuck: Bool {
        guard let access = pending else { return false }
        guard !isBusy(access.port) else { return true }
        pending = nil
        perform(access)
        return false
    }

    /// An access that does not come back leaves its port busy: it stays pending, as on a bus that hangs.
    private func perform(_ access: PendingAccess) {
        let isDone: Bool
        if let value = access.value {
            isDone = writePort(access.port, access.offset, value)
        } else if let value = readPort(access.port, access.offset) {
            readBuffer = value
            isDone = true
        } else {
            isDone = false
        }
        guard !isDone else { return }
        if MemoryAccessPort.isDataRegister(access.offset), isBusy(access.port) {
            pending = access
        } else {
            sticky.error = true
        }
    }

    /// A port that does not exist reads zero (ADIv5.2 §C1.3).
    private func readPort(_ port: Int, _ offset: UInt8) -> UInt32? {
        guard accessPorts.indices.contains(port) else { return 0 }
        if offset >= 0xC { clock.synchronize() }
        statistics.accessPortTransactions += 1
        return accessPorts[port].read(offset)
    }
    private func writePort(_ port: Int, _ offset: UInt8, _ value: UInt32) -> Bool {
        guard accessPorts.indices.contains(port) else { return true }
        if offset >= 0xC { clock.synchronize() }
        statistics.accessPortTransactions += 1
        return accessPorts[port].write(offset, value)
    }
}

/// What happened on the wire, counted.
final class WireStatistics {
    var transfers = 0
    var waits = 0
    var faults = 0
    var unanswered = 0
    var clocks = 0
    var accessPortTransactions = 0
}
