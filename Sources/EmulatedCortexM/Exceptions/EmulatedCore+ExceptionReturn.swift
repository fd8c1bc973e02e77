// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Leaving exceptions (ARMv7-M ARM B1.5.8).
extension EmulatedCore {
    /// ExceptionReturn(): checks EXC_RETURN, unstacks, and checks what was unstacked.
    func returnFromException(_ link: UInt32) {
        let returning = Int(exceptionNumber)
        let nested = nvic.active.count
        cycles &+= 12
        let mayUseThread = nested == 1 || scb.configuration & 1 != 0
        let isExtended = link & 0x10 == 0
        let isValid =
            switch link & 15 {
            case 1: nested > 1
            case 9, 13: mayUseThread
            default: false
            }
        guard nvic.active[returning], isValid, link | 0x1F == 0xFFFF_FFFF else {
            return refuseReturn(returning, link: link)
        }
        let toHandler = link & 15 == 1
        deactivate(returning)
        // The stack to unstack from is chosen by EXC_RETURN: switch to it first.
        let stack: UInt32 = link & 15 == 13 ? 2 : 0
        let newControl = toHandler ? control & 3 : control & 1 | stack
        changeMode(exception: toHandler ? exceptionNumber : 0, control: newControl)
        let frame = r[13]
        guard let status = popFrame(isExtended: isExtended) else {
            return startUnstacked(
                accessFault == .bus ? ExceptionNumber.busFault : ExceptionNumber.memoryManagement, link)
        }
        let number = status & 0x1FF
        guard toHandler ? number != 0 : number == 0 else {
            r[13] = frame
            scb.configurableFaults |= UsageFault.invalidReturn.rawValue
            debug.usageCatch = UsageFault.invalidReturn.vectorCatch
            return startUnstacked(ExceptionNumber.usageFault, link)
        }
        changeMode(exception: number, control: control & 3 | (isExtended ? 4 : 0))
        setStatus(status)
        refreshFloatingPoint()
        isMonitorExclusive = false
        eventRegister = true
        refreshPriority()
        if !toHandler, nested == 1, scb.sleepControl & 2 != 0 { fallAsleep(.forInterrupt) }
    }

    /// DeActivate(): FAULTMASK is cleared unless NMI returns.
    private func deactivate(_ number: Int) {
        nvic.deactivate(number)
        if number != ExceptionNumber.nonMaskable { faultmask = false }
        refreshPriority()
    }

    /// An EXC_RETURN that does not fit: UsageFault INVPC on the frame that is still there.
    private func refuseReturn(_ returning: Int, link: UInt32) {
        deactivate(returning)
        scb.configurableFaults |= UsageFault.invalidReturn.rawValue
        debug.usageCatch = UsageFault.invalidReturn.vectorCatch
        startUnstacked(ExceptionNumber.usageFault, link)
    }

    /// Tail-chains to a fault of the return itself, without stacking again.
    private func startUnstacked(_ fault: Int, _ link: UInt32) {
        debug.hasEntryFault = true
        var number = fault
        if !nvic.enabled[fault] || nvic.groupPriority(of: fault) >= executionPriority {
            guard executionPriority > -1 else { return lockUp() }
            scb.hardFaults |= SystemControl.forced
            number = ExceptionNumber.hardFault
        }
        start(number, link: link | 0xF000_0000)
    }

    /// Unstacks; nil if the memory refused, with the reason in CFSR.
    private func popFrame(isExtended: Bool) -> UInt32? {
        let frame = r[13]
        var words: InlineArray<8, UInt32> = .init(repeating: 0)
        for index in 0..<8 {
            guard let word = unstack(frame &+ UInt32(index) &* 4) else { return nil }
            words[index] = word
        }
        if isExtended, !popFloatingPoint(frame) { return nil }
        for index in 0..<4 { r[index] = words[index] }
        r[12] = words[4]
        r[14] = words[5]
        next = words[6] & ~1
        let status = words[7]
        let padding = (isExtended || scb.alignsStack) ? status >> 7 & 4 : 0
        r[13] = frame &+ (isExtended ? 0x68 : 0x20) | padding
        return status
    }
    private func popFloatingPoint(_ frame: UInt32) -> Bool {
        if floatingPoint.isLazyActive {
            // The registers were never stacked and still hold the thread's values.
            floatingPoint.control &= ~1
            return true
        }
        for index in 0..<16 {
            guard let word = unstack(frame &+ 0x20 &+ UInt32(index) &* 4) else { return false }
            s[index] = word
        }
        guard let word = unstack(frame &+ 0x60) else { return false }
        fpscr = word & FloatingPointControl.statusMask
        return true
    }
    private func unstack(_ address: UInt32) -> UInt32? {
        if let word = read(address, .word, privileged: isPrivileged) { return word }
        scb.configurableFaults |=
            accessFault == .bus ? FaultStatus.unstackingBus : FaultStatus.unstackingProtection
        return nil
    }
}
