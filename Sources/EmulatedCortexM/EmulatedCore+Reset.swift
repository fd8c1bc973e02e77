// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

extension EmulatedCore {
    /// Power-on: registers unknown, debug logic reset too, then as ``reset(vectorTable:)``.
    package func powerOnReset(vectorTable: UInt32) {
        // Unknown is a pattern that is neither zero nor an address of anything.
        for index in 0..<15 { r[index] = 0xDEAD_0000 | UInt32(index) }
        for index in 0..<32 { s[index] = 0x7FBA_D000 | UInt32(index) }
        otherStackPointer = 0xDEAD_BEE0
        (negative, zero, carry, overflow, saturated, greaterEqual) = (false, true, false, true, false, 5)
        (debug, trace) = (DebugControl(), TraceStores())
        breakpoints = BreakpointUnit(model)
        watchpoints = WatchpointUnit(model)
        instructionCache.invalidateAll()
        reset(vectorTable: vectorTable)
    }

    /// Local reset: debug registers (DHCSR.C_DEBUGEN, DEMCR, FPB) keep their values; honours VC_CORERESET and C_HALT;
    /// sets S_RESET_ST; loads MSP and PC from `vectorTable`.
    ///
    /// Not to be called from inside a bus access: request a stop there and reset between two runs.
    package func reset(vectorTable: UInt32) {
        isHeldInReset = false
        let auxiliaryFaults = scb.debugFaults
        scb = SystemControl()
        scb.debugFaults = auxiliaryFaults
        if model.hasCaches { scb.configuration |= 1 << 18 }
        scb.vectorTable = vectorTable & ~0x7F
        floatingPoint = FloatingPointControl()
        nvic.reset()
        timer = SystemTimer()
        timerClock = .max
        mpu.reset()
        exceptionNumber = 0
        (primask, faultmask, basepri, control, fpscr) = (false, false, 0, 0, 0)
        (isMonitorExclusive, eventRegister) = (false, false)
        (block, currentBlock) = (0, 0)
        (sleep, isInLockup, isResetRequested) = (.awake, false, false)
        debug.reset()
        refreshPriority()
        refreshAccessPaths()
        refreshFloatingPoint()
        loadVectors()
        if debug.isEnabled, debug.exceptionMonitor & 1 != 0 { return enterDebugState(.vectorCatch) }
        if debug.isHaltRequested { enterDebugState(.halted) }
    }

    private func loadVectors() {
        r[14] = 0xFFFF_FFFF
        isThumb = true
        guard let stack = read(scb.vectorTable, .word, privileged: true),
            let start = read(scb.vectorTable &+ 4, .word, privileged: true)
        else {
            scb.hardFaults |= SystemControl.vectorTable
            return lockUp()
        }
        r[13] = stack & ~3
        isThumb = start & 1 != 0
        r[15] = start & ~1
        next = r[15]
    }
}
