// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Program status, stack pointers and CONTROL.
extension EmulatedCore {
    /// APSR: N, Z, C, V, Q and GE.
    var statusFlags: UInt32 {
        (negative ? 1 << 31 : 0) | (zero ? 1 << 30 : 0) | (carry ? 1 << 29 : 0) | (overflow ? 1 << 28 : 0)
            | (saturated ? 1 << 27 : 0) | greaterEqual << 16
    }
    /// Sets N, Z, C, V and Q.
    func setFlags(_ value: UInt32) {
        negative = value >> 31 != 0
        zero = value >> 30 & 1 != 0
        carry = value >> 29 & 1 != 0
        overflow = value >> 28 & 1 != 0
        saturated = value >> 27 & 1 != 0
    }
    /// xPSR with `block` as its IT bits.
    func programStatus(block: UInt32) -> UInt32 {
        let execution = (isThumb ? 1 << 24 : 0) | (block & 3) << 25 | (block >> 2) << 10
        return statusFlags | execution | exceptionNumber
    }
    /// Sets the flags, GE, IT and T; IPSR is the caller's business.
    func setStatus(_ value: UInt32) {
        setFlags(value)
        greaterEqual = value >> 16 & 15
        block = value >> 25 & 3 | value >> 8 & 0xFC
        isThumb = value >> 24 & 1 != 0
        forgetCodeSpan()
    }

    /// The process stack is in use: Thread mode with CONTROL.SPSEL.
    var usesProcessStack: Bool { exceptionNumber == 0 && control & 2 != 0 }

    var mainStackPointer: UInt32 {
        get { usesProcessStack ? otherStackPointer : r[13] }
        set { if usesProcessStack { otherStackPointer = newValue & ~3 } else { r[13] = newValue & ~3 } }
    }
    var processStackPointer: UInt32 {
        get { usesProcessStack ? r[13] : otherStackPointer }
        set { if usesProcessStack { r[13] = newValue & ~3 } else { otherStackPointer = newValue & ~3 } }
    }

    /// Changes mode or stack selection and puts the stack pointer that is now in use into R13.
    func changeMode(exception: UInt32, control newControl: UInt32) {
        let before = usesProcessStack
        let privilege = isPrivileged
        exceptionNumber = exception
        control = newControl & 7
        if usesProcessStack != before { (r[13], otherStackPointer) = (otherStackPointer, r[13]) }
        if isPrivileged != privilege { forgetCodeSpan() }
    }

    /// MSR CONTROL: SPSEL changes in Thread mode only.
    func setControl(_ value: UInt32) {
        let stack = exceptionNumber == 0 ? value & 2 : control & 2
        changeMode(exception: exceptionNumber, control: value & 5 | stack)
        refreshFloatingPoint()
    }

    /// ExecutionPriority(): the most urgent of what is active and what the masks make of it.
    func refreshPriority() {
        var priority = nvic.activePriority
        if basepri != 0 { priority = min(priority, nvic.grouped(Int(basepri))) }
        if primask { priority = min(priority, 0) }
        if faultmask { priority = min(priority, -1) }
        executionPriority = priority
        if mpu.isEnabled { forgetCodeSpan() }
        attend()
    }
}
