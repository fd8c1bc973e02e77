// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Debug state: getting in and out, and the registers that control it (ARMv7-M ARM C1.5, C1.6).
extension EmulatedCore {
    func enterDebugState(_ reason: DebugControl.Reason) {
        debug.isHalted = true
        debug.control |= 2
        debug.step = .off
        scb.debugFaults |= reason.rawValue
        // Another event may be quicker than a watchpoint's: then DFSR shows both.
        if watchpoints.takeMatch() { scb.debugFaults |= DebugControl.Reason.watchpoint.rawValue }
        sleep = .awake
        isInLockup = false
        attend()
    }
    private func leaveDebugState() {
        debug.isHalted = false
        debug.step = debug.control & 4 != 0 && debug.isEnabled ? .armed : .off
        next = r[15]
        forgetCodeSpan()
        attend()
    }

    /// A breakpoint unit match at an instruction about to run; false if nobody wants it.
    func takeBreakpoint(_ reason: DebugControl.Reason) -> Bool {
        if debug.isEnabled {
            enterDebugState(reason)
            return true
        }
        return pendDebugMonitor(reason)
    }
    /// Hands a debug event to the DebugMonitor exception if it is on and can be taken.
    @discardableResult
    func pendDebugMonitor(_ reason: DebugControl.Reason) -> Bool {
        guard debug.isMonitorOn,
            nvic.groupPriority(of: ExceptionNumber.debugMonitor) < executionPriority
        else { return false }
        scb.debugFaults |= reason.rawValue
        nvic.pending[ExceptionNumber.debugMonitor] = true
        attend()
        return true
    }

    // MARK: DHCSR

    func readHaltingControl(byDebugger: Bool) -> UInt32 {
        var value = debug.control
        if debug.isTransferReady { value |= 1 << 16 }
        if debug.isHalted { value |= 1 << 17 }
        if sleep != .awake { value |= 1 << 18 }
        if isInLockup { value |= 1 << 19 }
        if instructions != debug.retiredMark { value |= 1 << 24 }
        if debug.wasReset || isHeldInReset { value |= 1 << 25 }
        if byDebugger {
            debug.retiredMark = instructions
            debug.wasReset = isHeldInReset
        }
        return value
    }

    /// Needs the key.
    ///
    /// Code on the core cannot change C_DEBUGEN; all it can do to C_MASKINTS is clear it.
    func writeHaltingControl(_ value: UInt32, byDebugger: Bool) {
        guard value >> 16 == 0xA05F else { return }
        guard byDebugger else {
            guard debug.isEnabled else { return }
            if value & 8 == 0 { debug.control &= ~8 }
            if value & 2 != 0 { debug.control |= 2 }
            return attend()
        }
        guard value & 1 != 0 else {
            debug.control = 0
            if debug.isHalted { leaveDebugState() }
            return
        }
        // C_MASKINTS may change only in debug state, by a write that keeps the core there.
        let mayMask = debug.isHalted && value & 2 != 0
        debug.control = value & 0x27 | (mayMask ? value & 8 : debug.control & 8)
        if debug.isHalted {
            if value & 2 == 0 { leaveDebugState() }
        } else if value & 2 != 0, !isRunning, !isHeldInReset {
            enterDebugState(.halted)
        }
        attend()
    }

    // MARK: DEMCR

    func writeExceptionMonitor(_ value: UInt32, byDebugger: Bool) {
        let implemented: UInt32 = byDebugger ? 0x010F_07F1 : 0x010F_0000
        let before = debug.isTraceOn
        debug.exceptionMonitor = debug.exceptionMonitor & ~implemented | value & implemented
        nvic.enabled[ExceptionNumber.debugMonitor] = debug.isMonitorOn
        nvic.pending[ExceptionNumber.debugMonitor] = value >> 17 & 1 != 0
        if before != debug.isTraceOn { watchpoints.setTrace(debug.isTraceOn, at: cycles) }
        refreshAccessPaths()
        attend()
    }

    // MARK: DCRSR

    /// Moves a core register; without effect, and never ready, while the core runs.
    func transferRegister(_ selection: UInt32) {
        debug.isTransferReady = debug.isHalted
        guard debug.isHalted else { return }
        if selection >> 16 & 1 != 0 {
            setCoreRegister(selection & 0x7F, debug.transferData)
        } else {
            debug.transferData = coreRegister(selection & 0x7F)
        }
    }
}
