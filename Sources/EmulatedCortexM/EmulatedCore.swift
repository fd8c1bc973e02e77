// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Why ``EmulatedCore/run(for:)`` returned.
package enum RunEnd: Sendable {
    /// The budget is used up.
    case budget
    /// The core is in debug state (breakpoint, halt request, step, vector catch).
    case halted
    /// WFI or WFE: nothing to do until an interrupt or a debug event.
    case sleeping
    case lockedUp
    /// ``EmulatedCore/requestStop()`` was called from the bus.
    case stopped
}

/// An ARMv7E-M core that executes machine code.
///
/// Interpreted from the instruction's bits, one at a time, so that counts and fault addresses are exact. An encoding that
/// the architecture calls UNDEFINED or UNPREDICTABLE is a UsageFault: code that depends on one is wrong on some chip.
///
/// Time: one clock an instruction; one more for a taken branch and for each register after the first of a multiple
/// transfer, the quotient's length for a division, 12 for exception entry and return, plus the wait states of windows
/// and bus. A run ends at the first instruction boundary at or past its budget.
package final class EmulatedCore {
    package let model: CoreModel
    /// Core clocks since power-on, sleeping included.
    package internal(set) var cycles: UInt64 = 0
    /// Instructions retired since power-on.
    package internal(set) var instructions: UInt64 = 0
    /// How often code has read the cycle counter or SysTick.
    package internal(set) var clockReads = 0
    /// Called when software or a debugger writes AIRCR.SYSRESETREQ; the machine resets what the request reaches.
    ///
    /// From code the call comes between two instructions, so that ``reset(vectorTable:)`` may be called inside.
    package var onSystemResetRequest: (() -> Void)?
    /// While true the core is held: no instruction runs; the debug registers still answer.
    package var isHeldInReset = false {
        didSet { if isHeldInReset { debug.wasReset = true } }
    }

    // MARK: Registers

    /// R0...R15; R13 is the stack pointer in use, R15 the address of the instruction being executed.
    let r: UnsafeMutablePointer<UInt32>
    /// S0...S31; Dn is S2n (low word) and S2n+1.
    let s: UnsafeMutablePointer<UInt32>
    var negative = false, zero = false, carry = false, overflow = false, saturated = false
    var greaterEqual: UInt32 = 0
    /// EPSR.IT for the next instruction, and what it was before the one being executed.
    var block: UInt32 = 0, currentBlock: UInt32 = 0
    /// EPSR.T.
    var isThumb = true
    /// IPSR: 0 is Thread mode.
    var exceptionNumber: UInt32 = 0
    var primask = false, faultmask = false
    var basepri: UInt32 = 0
    /// CONTROL: nPRIV, SPSEL, FPCA.
    var control: UInt32 = 0
    /// The stack pointer that is not in R13.
    var otherStackPointer: UInt32 = 0
    var fpscr: UInt32 = 0
    /// Whether floating-point instructions may run without looking at CPACR, FPCCR and CONTROL.FPCA first.
    var isFloatingPointReady = false
    var isMonitorExclusive = false
    var eventRegister = false

    // MARK: The run loop

    /// Address of the instruction after the one being executed.
    var next: UInt32 = 0
    /// Instructions run while `cycles` is below this; 0 makes the loop look at events.
    var limit: UInt64 = 0
    var isRunning = false
    var isStopRequested = false
    var isResetRequested = false
    var sleep = Sleep.awake
    var isInLockup = false
    /// Urgency of what is executing; lower is more urgent (ARMv7-M ARM B1.5.4).
    var executionPriority = 256
    /// When SysTick next reaches zero; `.max` if nobody would notice.
    var timerClock = UInt64.max

    // MARK: Memory

    unowned(unsafe) let bus: any CoreBus
    var windows = WindowTable()
    /// The views in force for data accesses.
    var readViews: UnsafeMutablePointer<WindowView>
    var writeViews: UnsafeMutablePointer<WindowView>
    /// Addresses codeBase ..< codeBase + codeLength may be fetched from `code` without a look at anything else.
    var codeBase: UInt32 = 0, codeLength: UInt32 = 0
    var code: UnsafeMutableRawPointer
    /// Why the last memory access failed.
    var accessFault = AccessFault.bus
    var instructionCache = InstructionCache()

    // MARK: Private peripherals

    var nvic = InterruptController()
    var timer = SystemTimer()
    var scb = SystemControl()
    var floatingPoint = FloatingPointControl()
    var mpu: MemoryProtection
    var debug = DebugControl()
    var breakpoints: BreakpointUnit
    var watchpoints: WatchpointUnit
    var trace = TraceStores()

    /// `bus` is not retained: it must outlive the core.
    package init(_ model: CoreModel, bus: any CoreBus) {
        self.model = model
        self.bus = bus
        r = .allocate(capacity: 16)
        s = .allocate(capacity: 32)
        r.initialize(repeating: 0, count: 16)
        s.initialize(repeating: 0, count: 32)
        (readViews, writeViews) = (windows.readable, windows.writable)
        code = windows.nowhere
        mpu = MemoryProtection(regionCount: model.protectionRegionCount)
        breakpoints = BreakpointUnit(model)
        watchpoints = WatchpointUnit(model)
        isHeldInReset = true
    }

    deinit {
        r.deallocate()
        s.deallocate()
        windows.deallocate()
        instructionCache.deallocate()
    }

    // MARK: State

    package var isHalted: Bool { debug.isHalted }
    package var isSleeping: Bool { sleep != .awake }
    package var isLockedUp: Bool { isInLockup }
}

/// What the core waits for.
enum Sleep {
    case awake
    /// WFI.
    case forInterrupt
    /// WFE.
    case forEvent
}

/// How a memory access can fail.
enum AccessFault {
    case bus
    /// MPU or execute-never.
    case protection
    case unaligned
}
