// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import DebugAccess
package import Essentials

/// What was being done with a core when it failed.
package enum CoreStep: String, Hashable, Sendable {
    case identify = "reading CPUID"
    case status = "reading DHCSR"
    case halt = "halting"
    case run = "starting"
    case step = "stepping"
    case registers = "a core register access"
    case reset = "a reset"
    case inspect = "looking at the core's state"
    case clean = "bringing the core into a known state"
    case watch = "setting a watchpoint"
    case call = "calling a function"
    case stack = "preparing the RAM for calls"
    case restore = "restoring the breakpoint and watchpoint units"
}

/// Why a core did not do what was asked.
package enum CoreError: Error, Sendable {
    case access(DebugAccessError, core: String, during: CoreStep)
    /// CPUID is none of Arm's ARMv7-M cores: the core is off, or its AP dead.
    case notACortexM(core: String, cpuid: UInt32)
    case haltTimedOut(core: String, RegisterValue<DebugHaltingControl>, after: Duration)
    /// The core runs although it should not.
    case notHalted(core: String, RegisterValue<DebugHaltingControl>, during: CoreStep)
    case registerNotReady(core: String, CoreRegister, after: Duration)
    /// S_RESET_ST never came.
    case resetNotSeen(core: String, after: Duration)
    case implausibleCache(core: String, RegisterValue<CacheSize>)
    case cancelled(function: String, after: Duration)
    /// The target was reset while the function ran.
    case targetReset(function: String, after: Duration)
    case callTimedOut(CallPostMortem)
    case callFaulted(CallPostMortem)
    case callLockedUp(CallPostMortem)
    /// Halted at a BKPT that is not the return; `immediate` is its number.
    case callHitBreakpoint(CallPostMortem, immediate: UInt8)
    /// Halted for another reason, e.g. by a second debugger.
    case callHalted(CallPostMortem)
    /// It returned, but wrote below its stack.
    case stackOverflowed(CallPostMortem)
    /// It wrote where nothing of it may, and was stopped there.
    case callOverran(CallPostMortem)
}
