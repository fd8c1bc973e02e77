// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// DHCSR, DCRSR, DCRDR and DEMCR (ARMv7-M ARM C1.6).
struct DebugControl {
    /// Why the core halted, as DFSR shows it.
    enum Reason: UInt32 {
        case halted = 1
        case breakpoint = 2
        case watchpoint = 4
        case vectorCatch = 8
    }
    /// How far a single step is.
    enum Step {
        case off
        case armed
        case executed
    }

    /// DHCSR bits C_DEBUGEN, C_HALT, C_STEP, C_MASKINTS, C_SNAPSTALL.
    var control: UInt32 = 0
    /// DEMCR.
    var exceptionMonitor: UInt32 = 0
    /// DCRDR.
    var transferData: UInt32 = 0
    var isTransferReady = true
    var isHalted = false
    var step = Step.off
    /// S_RESET_ST.
    var wasReset = true
    /// The count of retired instructions when S_RETIRE_ST was last read.
    var retiredMark: UInt64 = 0
    /// The DEMCR bit of the latest UsageFault.
    var usageCatch: UInt32 = 0
    /// A fault came up while entering or leaving an exception.
    var hasEntryFault = false

    var isEnabled: Bool { control & 1 != 0 }
    var isHaltRequested: Bool { control & 3 == 3 && !isHalted }
    var masksInterrupts: Bool { control & 8 != 0 }
    /// DEMCR.TRCENA.
    var isTraceOn: Bool { exceptionMonitor >> 24 & 1 != 0 }
    /// DEMCR.MON_EN.
    var isMonitorOn: Bool { exceptionMonitor >> 16 & 1 != 0 }
    func catches(_ vectorCatch: UInt32) -> Bool { isEnabled && exceptionMonitor & vectorCatch != 0 }

    /// A local reset: only the debug monitor's bits of DEMCR go.
    mutating func reset() {
        exceptionMonitor &= ~0xF_0000
        isHalted = false
        step = .off
        wasReset = true
        hasEntryFault = false
    }
}
