// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The exception frame (ARMv7-M ARM B1.5.7).
extension EmulatedCore {
    /// Pushes the frame, with room for the floating-point registers if CONTROL.FPCA is set.
    ///
    /// On a fault the stack pointer has moved all the same and the exception that the fault raises is
    /// returned.
    func pushFrame() -> Int? {
        let isExtended = control & 4 != 0
        let isAligned = scb.alignsStack || isExtended
        let padding = isAligned ? r[13] & 4 : 0
        let frame = (r[13] &- (isExtended ? 0x68 : 0x20)) & ~(isAligned ? 4 : 0)
        r[13] = frame
        let words: InlineArray<8, UInt32> = [
            r[0], r[1], r[2], r[3], r[12], r[14], r[15], programStatus(block: block) | padding << 7,
        ]
        for index in 0..<8 {
            guard stack(frame &+ UInt32(index) &* 4, words[index]) else { return stackingFault }
        }
        guard isExtended else { return nil }
        if floatingPoint.isLazy {
            reserveFloatingPointFrame(frame &+ 0x20)
        } else {
            for index in 0..<16 {
                guard stack(frame &+ 0x20 &+ UInt32(index) &* 4, s[index]) else { return stackingFault }
            }
            guard stack(frame &+ 0x60, fpscr) else { return stackingFault }
        }
        return nil
    }
    private func stack(_ address: UInt32, _ value: UInt32) -> Bool {
        write(address, .word, value, privileged: isPrivileged)
    }
    private var stackingFault: Int {
        if accessFault == .bus {
            scb.configurableFaults |= FaultStatus.stackingBus
            return ExceptionNumber.busFault
        }
        scb.configurableFaults |= FaultStatus.stackingProtection
        return ExceptionNumber.memoryManagement
    }

    /// UpdateFPCCR(): remembers where the registers belong and who may be blamed if storing them fails.
    private func reserveFloatingPointFrame(_ address: UInt32) {
        floatingPoint.address = address & ~7
        let priority = executionPriority
        var status: UInt32 = 1
        if !isPrivileged { status |= 2 }
        if exceptionNumber == 0 { status |= 8 }
        func isReady(_ exception: Int) -> Bool {
            nvic.enabled[exception] && nvic.groupPriority(of: exception) < priority
        }
        if priority > -1 { status |= 1 << 4 }
        if isReady(ExceptionNumber.memoryManagement) { status |= 1 << 5 }
        if isReady(ExceptionNumber.busFault) { status |= 1 << 6 }
        if isReady(ExceptionNumber.debugMonitor) { status |= 1 << 8 }
        floatingPoint.control = floatingPoint.control & 0xC000_0000 | status
    }
}
