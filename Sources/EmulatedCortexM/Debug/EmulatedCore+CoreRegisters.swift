// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Core registers by the selectors of DCRSR (ARMv7-M ARM C1.6.3).
extension EmulatedCore {
    /// A register without halting the core, for diagnostics: 0...15, 16 xPSR, 17 MSP, 18 PSP, 20 the word of
    /// CONTROL, FAULTMASK, BASEPRI and PRIMASK, 33 FPSCR, 64...95 S0...S31.
    ///
    /// Others are 0.
    package func coreRegister(_ selector: UInt32) -> UInt32 {
        switch selector {
        case 0...15: r[Int(selector)]
        case 16: programStatus(block: block)
        case 17: mainStackPointer
        case 18: processStackPointer
        case 20: control << 24 | (faultmask ? 1 << 16 : 0) | basepri << 8 | (primask ? 1 : 0)
        case 33: fpscr
        case 64...95: s[Int(selector &- 64)]
        default: 0
        }
    }

    /// Sets a register by its DCRSR selector.
    ///
    /// Unlike DCRSR it does not ask whether the core is halted.
    package func setCoreRegister(_ selector: UInt32, _ value: UInt32) {
        switch selector {
        case 0...12, 14: r[Int(selector)] = value
        case 13: r[13] = value & ~3
        case 15: moveProgramCounter(to: value)
        case 16:
            changeMode(exception: value & 0x1FF, control: control)
            setStatus(value)
        case 17: mainStackPointer = value
        case 18: processStackPointer = value
        case 20: setMasks(value)
        case 33: fpscr = value & FloatingPointControl.statusMask
        case 64...95: s[Int(selector &- 64)] = value
        default: break
        }
        refreshFloatingPoint()
        attend()
    }
    private func moveProgramCounter(to value: UInt32) {
        r[15] = value & ~1
        next = r[15]
        isInLockup = false
    }
    private func setMasks(_ value: UInt32) {
        changeMode(exception: exceptionNumber, control: value >> 24 & 7)
        faultmask = value >> 16 & 1 != 0
        basepri = value >> 8 & UInt32(InterruptController.implementedPriority)
        primask = value & 1 != 0
        refreshPriority()
    }
}
