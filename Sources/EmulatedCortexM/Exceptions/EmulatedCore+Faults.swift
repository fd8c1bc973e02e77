// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// UFSR, as bits of CFSR.
enum UsageFault: UInt32 {
    case undefinedInstruction = 0x1_0000
    case invalidState = 0x2_0000
    case invalidReturn = 0x4_0000
    case noCoprocessor = 0x8_0000
    case unaligned = 0x100_0000
    case divideByZero = 0x200_0000

    /// The DEMCR bit that catches it.
    var vectorCatch: UInt32 {
        switch self {
        case .noCoprocessor: 1 << 5
        case .unaligned, .divideByZero: 1 << 6
        case .undefinedInstruction, .invalidState, .invalidReturn: 1 << 7
        }
    }
}

/// MMFSR and BFSR bits of CFSR.
enum FaultStatus {
    static let instructionProtection: UInt32 = 1 << 0, dataProtection: UInt32 = 1 << 1
    static let unstackingProtection: UInt32 = 1 << 3, stackingProtection: UInt32 = 1 << 4
    static let lazyProtection: UInt32 = 1 << 5, protectionAddressValid: UInt32 = 1 << 7
    static let instructionBus: UInt32 = 1 << 8, preciseBus: UInt32 = 1 << 9
    static let unstackingBus: UInt32 = 1 << 11, stackingBus: UInt32 = 1 << 12
    static let lazyBus: UInt32 = 1 << 13, busAddressValid: UInt32 = 1 << 15
}

/// Faults of the instruction being executed: it is abandoned, and the exception's return address is the instruction.
extension EmulatedCore {
    func raiseUndefined() { raiseUsageFault(.undefinedInstruction) }

    func raiseUsageFault(_ fault: UsageFault) {
        scb.configurableFaults |= fault.rawValue
        debug.usageCatch = fault.vectorCatch
        raise(ExceptionNumber.usageFault)
    }
    func raiseDataFault(_ address: UInt32) {
        switch accessFault {
        case .unaligned: raiseUsageFault(.unaligned)
        case .protection:
            scb.configurableFaults |= FaultStatus.dataProtection | FaultStatus.protectionAddressValid
            scb.protectionFaultAddress = address
            raise(ExceptionNumber.memoryManagement)
        case .bus:
            scb.configurableFaults |= FaultStatus.preciseBus | FaultStatus.busAddressValid
            scb.busFaultAddress = address
            raise(ExceptionNumber.busFault)
        }
    }
    func raiseFetchProtectionFault() {
        scb.configurableFaults |= FaultStatus.instructionProtection
        raise(ExceptionNumber.memoryManagement)
    }
    func raiseFetchBusFault() {
        scb.configurableFaults |= FaultStatus.instructionBus
        raise(ExceptionNumber.busFault)
    }

    /// A fault while the floating-point registers are stacked late.
    func raiseStackingFault(_ status: UInt32, _ exception: Int) {
        scb.configurableFaults |= status
        debug.hasEntryFault = true
        raise(exception)
    }

    /// SVC: the return address is the next instruction.
    func raiseSupervisorCall() { escalate(ExceptionNumber.supervisorCall) }

    /// BKPT: halts under debug, else is the debug monitor's or a HardFault (ARMv7-M ARM C1.4.2).
    func raiseBreakpointInstruction() {
        if debug.isEnabled {
            abandonInstruction()
            enterDebugState(.breakpoint)
        } else if pendDebugMonitor(.breakpoint) {
            abandonInstruction()
        } else {
            scb.hardFaults |= SystemControl.debugEvent
            scb.debugFaults |= DebugControl.Reason.breakpoint.rawValue
            abandonInstruction()
            raiseHardFault()
        }
    }

    private func abandonInstruction() {
        next = r[15]
        block = currentBlock
        instructions &-= 1
        attend()
    }
    private func raise(_ exception: Int) {
        abandonInstruction()
        escalate(exception)
    }

    /// Makes a synchronous exception pending, or the HardFault that takes its place when it cannot be taken.
    func escalate(_ exception: Int) {
        if nvic.enabled[exception], nvic.groupPriority(of: exception) < executionPriority {
            nvic.pending[exception] = true
            attend()
        } else {
            scb.hardFaults |= SystemControl.forced
            raiseHardFault()
        }
    }
    private func raiseHardFault() {
        if executionPriority > -1 {
            nvic.pending[ExceptionNumber.hardFault] = true
            attend()
        } else {
            lockUp()
        }
    }

    /// Lockup (ARMv7-M ARM B1.5.15): nothing but NMI, reset or a debugger gets the core out.
    func lockUp() {
        isInLockup = true
        r[15] = 0xEFFF_FFFE
        next = 0xEFFF_FFFE
        block = 0
        attend()
    }
}
