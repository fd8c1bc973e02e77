// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

extension EmulatedCore {
    /// Runs until `budget` clocks are used or something stops the core.
    ///
    /// Time passes while it sleeps or is halted too (the machine accounts for it by ``skip(_:)``). A core
    /// held in reset uses the whole budget.
    package func run(for budget: UInt64) -> RunEnd {
        guard !isHeldInReset else {
            skip(budget)
            return .budget
        }
        isStopRequested = false
        isRunning = true
        defer { isRunning = false }
        let end = cycles &+ min(budget, .max &- cycles)
        while true {
            if let reason = attendToEvents() { return reason }
            if isStopRequested { return .stopped }
            guard cycles < end else { return .budget }
            if debug.step == .armed {
                debug.step = .executed
                limit = cycles &+ 1
            } else if watchpoints.isMatchPending {
                limit = cycles &+ 1
            } else {
                limit = min(end, timerClock)
            }
            execute()
        }
    }

    /// Makes the loop look at events before the next instruction.
    @inline(__always) func attend() { limit = 0 }

    /// Does what is due between two instructions; non-nil if the run ends here.
    private func attendToEvents() -> RunEnd? {
        if timerClock <= cycles { settleTimer() }
        if isResetRequested {
            isResetRequested = false
            onSystemResetRequest?()
            if isHeldInReset { return .stopped }
        }
        if debug.isHalted { return .halted }
        if debug.isHaltRequested { return halt(.halted) }
        if watchpoints.isMatchPending, !watchpoints.mayRunOn() { return haltForWatchpoint() }
        let hasTaken = takePendingException()
        if debug.isHalted { return .halted }
        if debug.step == .executed || debug.step == .armed && hasTaken { return halt(.halted) }
        if isInLockup { return .lockedUp }
        if sleep != .awake {
            guard hasWakeUpEvent else { return .sleeping }
            wake()
        }
        return nil
    }
    private func halt(_ reason: DebugControl.Reason) -> RunEnd {
        enterDebugState(reason)
        return .halted
    }
    private func haltForWatchpoint() -> RunEnd? {
        guard debug.isEnabled else {
            _ = watchpoints.takeMatch()
            pendDebugMonitor(.watchpoint)
            return attendToEvents()
        }
        return halt(.watchpoint)
    }

    /// Executes instructions until the limit.
    private func execute() {
        while cycles < limit {
            let pc = r[15]
            let offset = pc &- codeBase
            let word: UInt32
            if offset < codeLength {
                word = (code + Int(offset)).loadUnaligned(as: UInt32.self)
            } else {
                guard let fetched = fetchSlowly(pc) else { continue }
                word = fetched
            }
            instructions &+= 1
            cycles &+= 1
            let first = word & 0xFFFF
            currentBlock = block
            if block != 0 {
                block = block & 7 == 0 ? 0 : block & 0xE0 | block << 1 & 0x1F
                if !passes(currentBlock >> 4), first & 0xFF00 != 0xBE00 {
                    r[15] = pc &+ (first >= 0xE800 ? 4 : 2)
                    continue
                }
            }
            if first < 0xE800 {
                next = pc &+ 2
                executeNarrow(first)
            } else {
                next = pc &+ 4
                executeWide(first, word >> 16)
            }
            r[15] = next
        }
    }

    var isInBlock: Bool { currentBlock != 0 }
    /// In an IT block and not its last instruction: a branch here is UNPREDICTABLE.
    @inline(__always) var isInsideBlock: Bool { currentBlock & 7 != 0 }
}
