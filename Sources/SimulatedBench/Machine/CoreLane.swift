// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import EmulatedCortexM

/// A core, its clock and its place in time; the bus the core sees.
///
/// The core runs ahead of the machine's time by at most the instruction in progress.
final class CoreLane: CoreBus {
    let master: BusMaster
    private let matrix: BusMatrix
    private let context: ChipContext
    private(set) lazy var core = EmulatedCore(master == .m7 ? .cortexM7 : .cortexM4, bus: self)
    /// The core has a clock: it can be asleep or halted, but not running, without one.
    var isClocked = true

    /// Time of the core's clock number `originCycles`, and the length of a clock in 1/65536 ps.
    private var origin: Picoseconds = 0
    private var originCycles: UInt64 = 0
    private var period: UInt64 = 15_625 << 16
    /// Where the present run ends.
    private var target: Picoseconds = 0

    /// The register read last, what it held and since when it has been read over and over.
    private var pollAddress: UInt32 = 0
    private var pollValue: UInt32 = 0
    private var pollCount = 0
    private var pollStart: Picoseconds = 0
    /// What the core's registers held at that read, and how often it had looked at a clock of its own.
    private var pollDigest: UInt64 = 0
    private var pollClockReads = 0

    init(_ master: BusMaster, matrix: BusMatrix) {
        (self.master, self.matrix, context) = (master, matrix, matrix.context)
    }

    // MARK: Time

    /// Where the core is.
    @inline(__always) var local: Picoseconds {
        origin &+ ((core.cycles &- originCycles) &* period) >> 16
    }
    /// Takes a new clock from where the core is.
    func setFrequency(_ hertz: UInt64) {
        rebase(at: local)
        period = hertz == 0 ? .max >> 16 : (Picoseconds.second << 16) / hertz
    }
    private func rebase(at moment: Picoseconds) { (origin, originCycles) = (moment, core.cycles) }
    private func clocks(in duration: Picoseconds) -> UInt64 {
        let (high, low) = duration.multipliedFullWidth(by: 1 << 16)
        guard high < period else { return .max >> 1 }
        let (quotient, rest) = period.dividingFullWidth((high, low))
        return quotient &+ (rest > 0 ? 1 : 0)
    }

    /// When the core does something by itself while it does not execute.
    var nextEvent: Picoseconds {
        guard isClocked, !core.isRunnable, let clocks = core.clocksToInternalEvent else { return .max }
        return local &+ (clocks &* period) >> 16
    }
    var canRun: Bool { isClocked && core.isRunnable }

    /// Runs the core up to `moment`; false if something needs the machine's attention before.
    func run(until moment: Picoseconds) -> Bool {
        target = moment
        // Keeps the products small.
        if core.cycles &- originCycles > 1 << 28 { rebase(at: local) }
        while local < moment {
            if context.isInterconnectStalled || !isClocked { return skip(to: moment) }
            guard core.isRunnable else {
                let wanted = clocks(in: moment - local)
                core.skip(max(1, min(wanted, core.clocksToInternalEvent ?? wanted)))
                continue
            }
            let end = core.run(for: clocks(in: moment - local))
            if case .stopped = end { return false }
        }
        return true
    }
    /// Time passes, the core's clock does not.
    private func skip(to moment: Picoseconds) -> Bool {
        rebase(at: moment)
        return true
    }

    // MARK: CoreBus

    func read(_ address: UInt32, _ width: BusWidth) -> BusReply {
        let now = local
        context.readyAt = now
        guard var value = matrix.read(address, Access(width: width, master: master, now: now)) else {
            return stopIfNeeded(.error)
        }
        var waits = waitStates(address)
        if context.readyAt > now { waits += clocks(in: context.readyAt - now) }
        if context.stableUntil == 0 {
            pollCount = 0
        } else if address == pollAddress, value == pollValue {
            pollCount = isWaiting() ? pollCount + 1 : 0
            if pollCount >= 3 { value = carryForward(address, width, value, now) }
        } else {
            (pollAddress, pollValue, pollCount, pollStart) = (address, value, 0, now)
        }
        return stopIfNeeded(BusReply(value: value, waitStates: UInt32(clamping: waits)))
    }
    func write(_ address: UInt32, _ width: BusWidth, _ value: UInt32) -> BusReply {
        let now = local
        context.readyAt = now
        pollCount = 0
        guard matrix.write(address, value, Access(width: width, master: master, now: now)) else {
            return stopIfNeeded(.error)
        }
        var waits = waitStates(address)
        if context.readyAt > now { waits += clocks(in: context.readyAt - now) }
        return stopIfNeeded(BusReply(waitStates: UInt32(clamping: waits)))
    }
    func fetch(_ address: UInt32) -> BusReply {
        // Code runs from memories and from memory-mapped flash, never from registers.
        guard address >> 28 != 4, address >> 28 != 5 else { return .error }
        return read(address, .halfword)
    }

    @inline(__always) private func stopIfNeeded(_ reply: BusReply) -> BusReply {
        if context.needsAttention { core.requestStop() }
        return reply
    }

    /// Clocks an access takes through the bus matrices (measured on neither; about ten for an M7 that reads a D1
    /// register, fewer inside the M4's own domain).
    private func waitStates(_ address: UInt32) -> UInt64 {
        if master == .m7 { return address >> 24 == 0x52 || address >> 28 == 9 ? 8 : 12 }
        return address >> 28 == 4 ? 2 : 8
    }

    // MARK: Polling

    /// Whether the loop around a poll waits for the register or for time, so that rounds of it may be left out.
    ///
    /// One whose registers change from round to round without a look at a clock counts its rounds, and has to go
    /// through all of them. (Not noticed where the count is kept in memory.)
    private func isWaiting() -> Bool {
        let (digest, clockReads) = (core.registerDigest, core.clockReads)
        defer { (pollDigest, pollClockReads) = (digest, clockReads) }
        return digest == pollDigest || clockReads != pollClockReads
    }

    /// A core that reads an unchanged register again and again does so until the register changes: takes it there
    /// at once.
    ///
    /// Long waits go in steps that grow with the time already waited, so that a software timeout is met to
    /// 2 % even where nothing else bounds the wait.
    private func carryForward(_ address: UInt32, _ width: BusWidth, _ value: UInt32, _ now: Picoseconds)
        -> UInt32
    {
        let change = context.stableUntil
        let step = max(100 * .microsecond, (now &- pollStart) / 64)
        var moment = change
        if change == .max || change &- now > 5 * .millisecond { moment = now &+ step }
        moment = min(moment, target)
        guard moment > now else { return value }
        var count = clocks(in: moment &- now)
        if let internalEvent = core.clocksToInternalEvent { count = min(count, internalEvent) }
        guard count > 16 else { return value }
        core.stall(count)
        let later = Access(width: width, master: master, now: local)
        return matrix.read(address, later) ?? value
    }
}
