// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Whether floating-point instructions may run, and the lazy stacking of their registers (ARMv7-M ARM B1.5.7).
extension EmulatedCore {
    /// Recomputes the short cut that instructions test.
    func refreshFloatingPoint() {
        let isActive = control & 4 != 0 || !floatingPoint.isAutomatic
        isFloatingPointReady = allowsFloatingPoint && !floatingPoint.isLazyActive && isActive
    }
    private var allowsFloatingPoint: Bool {
        switch scb.coprocessorAccess >> 20 & 3 {
        case 3: true
        case 1: isPrivileged
        default: false
        }
    }

    /// ExecuteFPCheck(): false if a fault was raised.
    @inline(__always) func mayExecuteFloatingPoint() -> Bool {
        isFloatingPointReady || prepareFloatingPoint()
    }
    @inline(never) private func prepareFloatingPoint() -> Bool {
        guard allowsFloatingPoint else {
            raiseUsageFault(.noCoprocessor)
            return false
        }
        if floatingPoint.isLazyActive, !preserveFloatingPoint() { return false }
        if floatingPoint.isAutomatic, control & 4 == 0 {
            control |= 4
            fpscr = floatingPoint.defaults
        }
        refreshFloatingPoint()
        return true
    }

    /// PreserveFPState(): stores what exception entry left out, as the interrupted context would have.
    private func preserveFloatingPoint() -> Bool {
        let privileged = floatingPoint.control & 2 == 0
        for index in 0..<17 {
            let value = index < 16 ? s[index] : fpscr
            let address = floatingPoint.address &+ UInt32(index) &* 4
            guard write(address, .word, value, privileged: privileged) else {
                raiseLazyFault()
                return false
            }
        }
        floatingPoint.control &= ~1
        return true
    }
    private func raiseLazyFault() {
        floatingPoint.control &= ~1
        if accessFault == .bus {
            raiseStackingFault(FaultStatus.lazyBus, ExceptionNumber.busFault)
        } else {
            raiseStackingFault(FaultStatus.lazyProtection, ExceptionNumber.memoryManagement)
        }
    }
}
