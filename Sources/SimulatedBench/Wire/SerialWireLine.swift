// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// SWDIO and SWCLK as the target sees them, clock by clock: SWJ switching, line reset, packets.
///
/// ``begin(_:)`` and ``finish(writing:)`` are a short cut for a whole packet; it is taken
/// when probe and port agree on the framing and gives exactly what the single clocks would give.
final class SerialWireLine {
    private enum Mode { case jtag, dormant, serialWire }
    /// Where in a packet the target is.
    private enum Phase: Equatable {
        /// Lost: nothing but a line reset is understood.
        case deaf
        /// At least 50 ones seen; counts the zeros since.
        case reset(zeros: Int)
        case idle
        case request(bits: UInt8, count: Int)
        /// The host has let go of the line; then the target acknowledges (nil: says nothing, TARGETSEL).
        case turnToTarget(left: Int)
        case acknowledge(bit: Int)
        case readData(bit: Int)
        case turnToHost(left: Int, thenWrite: Bool)
        case silence(left: Int)
        case writeData(bit: Int)
    }

    private(set) var target: any DebugTarget
    private(set) var port: SerialWireDebugPort
    private let statistics: WireStatistics
    private var mode: Mode
    private var phase = Phase.deaf
    /// After a line reset only a DPIDR read (or one TARGETSEL write before it) is understood.
    private var mustIdentify = false
    private var selectsTarget = false
    private var mayTargetSelect = false
    private var history: UInt128 = 0
    private var onesInARow = 0
    private var wake = SwitchSequence.Wake()
    private var wasAlive = true
    /// As found when the current whole transfer was looked at.
    private var takesPart = false

    private var request = SWDRequest.readDP(0)
    private var reply = SWDReply(.none)
    private var shift: UInt64 = 0

    init(target: any DebugTarget, clock: ProbeClock, statistics: WireStatistics) {
        self.target = target
        self.statistics = statistics
        port = SerialWireDebugPort(target: target, clock: clock, statistics: statistics)
        mode = .jtag
    }

    /// Another target is there from now on.
    func exchange(_ target: any DebugTarget, clock: ProbeClock) {
        self.target = target
        port = SerialWireDebugPort(target: target, clock: clock, statistics: statistics)
        wasAlive = true
        powerOnReset()
    }

    /// The state after power-on: JTAG selected, debug domain off.
    func powerOnReset() {
        (mode, phase, mustIdentify, history, onesInARow) = (.jtag, .deaf, false, 0, 0)
        wake = SwitchSequence.Wake()
        port.powerOnReset()
    }

    /// Whether anything is there to answer; a rail that came back finds the port after its power-on reset.
    private var isAlive: Bool {
        let isPowered = target.supplyVoltage > 0
        if isPowered, !wasAlive { powerOnReset() }
        wasAlive = isPowered
        return isPowered && target.debugPinsAreConnected
    }

    // MARK: - Whole transfers

    /// Whether the framing need not be played clock by clock.
    func takesWholeTransfer(_ request: SWDRequest, turnaround: Int, forcesDataPhase: Bool) -> Bool {
        takesPart = isAlive
        guard takesPart else { return true }
        return phase == .idle && turnaround == port.turnaround && forcesDataPhase == port.detectsOverrun
            && (!mustIdentify || request == .readDP(0)) && request != .writeDP(0xC)
    }
    /// What the target makes of a request that can be taken as a whole.
    func begin(_ request: SWDRequest) -> SWDReply {
        guard takesPart else { return SWDReply(.none) }
        (mustIdentify, mayTargetSelect) = (false, false)
        (history, onesInARow) = (0, 0)
        return port.respond(to: request)
    }
    /// The data phase of a write that was begun and acknowledged.
    func finish(writing value: UInt32) { port.acceptWrite(value, parityIsGood: true) }

    // MARK: - Single clocks

    /// One clock: `driven` is what the host puts on SWDIO, nil when it lets go; gives the level it then samples.
    func clock(_ driven: Bool?) -> Bool {
        guard isAlive else { return driven ?? true }
        let own = mode == .serialWire ? drivenByTarget : nil
        // Nobody drives: the pull-up decides. Both drive: a zero wins, as on a bench.
        let level = (own ?? true) && (driven ?? true)
        if own == nil { observe(level) } else { onesInARow = 0 }
        if mode == .serialWire { advance(level) }
        return level
    }

    private var drivenByTarget: Bool? {
        switch phase {
        case .acknowledge(let bit): reply.acknowledge >> UInt8(bit) & 1 != 0
        case .readData(let bit) where reply.isOkay:
            bit < 32 ? reply.value >> UInt32(bit) & 1 != 0 : reply.value.nonzeroBitCount & 1 != 0
        default: nil
        }
    }

    /// Line reset and protocol switching, watched on every bit the target does not drive itself.
    private func observe(_ level: Bool) {
        history = history << 1 | (level ? 1 : 0)
        onesInARow = level ? onesInARow + 1 : 0
        switch mode {
        case .jtag:
            if SwitchSequence.selectsSerialWire(history) { enter(.serialWire) }
            if SwitchSequence.leavesJTAG(history) { enter(.dormant) }
        case .dormant:
            switch wake.observe(history) {
            case .none: break
            case .serialWire: enter(.serialWire)
            case .jtag: enter(.jtag)
            }
        case .serialWire:
            if SwitchSequence.selectsJTAG(history) { enter(.jtag) }
            if SwitchSequence.leavesSerialWire(history) { enter(.dormant) }
            if onesInARow >= 50 {
                phase = .reset(zeros: 0)
                (mustIdentify, mayTargetSelect) = (true, port.identity.isVersion2)
                port.lineReset()
            }
        }
    }

    private func enter(_ mode: Mode) {
        (self.mode, phase, onesInARow) = (mode, .deaf, 0)
        wake = SwitchSequence.Wake()
    }

    private func advance(_ level: Bool) {
        switch phase {
        case .deaf: break
        case .reset(let zeros):
            // Two idle cycles end a line reset; a start bit before that is a protocol error.
            if !level {
                phase = zeros + 1 >= 2 ? .idle : .reset(zeros: zeros + 1)
            } else if zeros > 0 {
                phase = .deaf
            }
        case .idle: if level { phase = .request(bits: 1, count: 1) }
        case .request(let bits, let count):
            let bits = bits | (level ? 1 << UInt8(count) : 0)
            if count < 7 { phase = .request(bits: bits, count: count + 1) } else { decode(bits) }
        case .turnToTarget(let left): phase = left > 1 ? .turnToTarget(left: left - 1) : .acknowledge(bit: 0)
        case .acknowledge(let bit): if bit < 2 { phase = .acknowledge(bit: bit + 1) } else { acknowledged() }
        case .readData(let bit):
            phase = bit < 32 ? .readData(bit: bit + 1) : .turnToHost(left: port.turnaround, thenWrite: false)
        case .turnToHost(let left, let thenWrite):
            if left > 1 {
                phase = .turnToHost(left: left - 1, thenWrite: thenWrite)
            } else {
                (shift, phase) = (0, thenWrite ? .writeData(bit: 0) : .idle)
            }
        case .silence(let left):
            if left > 1 { phase = .silence(left: left - 1) } else { (shift, phase) = (0, .writeData(bit: 0)) }
        case .writeData(let bit):
            if level { shift |= 1 << UInt64(bit) }
            if bit < 32 { phase = .writeData(bit: bit + 1) } else { written() }
        }
    }

    private func decode(_ header: UInt8) {
        guard let request = SWDRequest(header: header) else {
            phase = .deaf
            return
        }
        self.request = request
        selectsTarget = request == .writeDP(0xC)
        if selectsTarget {
            // Several targets would acknowledge at once, so none does.
            phase = mayTargetSelect ? .silence(left: 2 * port.turnaround + 3) : .deaf
            return
        }
        guard !mustIdentify || request == .readDP(0) else {
            phase = .deaf
            return
        }
        (mustIdentify, mayTargetSelect) = (false, false)
        reply = port.respond(to: request)
        phase = .turnToTarget(left: port.turnaround)
    }

    private func acknowledged() {
        let hasDataPhase = reply.isOkay || port.detectsOverrun
        if request.isRead, hasDataPhase {
            phase = .readData(bit: 0)
        } else {
            phase = .turnToHost(left: port.turnaround, thenWrite: hasDataPhase)
        }
    }

    private func written() {
        let value = UInt32(truncatingIfNeeded: shift)
        let parityIsGood = shift >> 32 & 1 == UInt64(value.nonzeroBitCount & 1)
        phase = .idle
        guard selectsTarget else {
            port.acceptWrite(value, parityIsGood: parityIsGood)
            return
        }
        mayTargetSelect = false
        let own = UInt32(port.identity.instance) << 28 | port.identity.targetID & 0x0FFF_FFFF
        if !parityIsGood || value != own { phase = .deaf }
    }
}
