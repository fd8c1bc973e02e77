// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The system control block's own state (ARMv7-M ARM B3.2).
struct SystemControl {
    /// HFSR bits.
    static let vectorTable: UInt32 = 1 << 1, forced: UInt32 = 1 << 30, debugEvent: UInt32 = 1 << 31

    /// VTOR.
    var vectorTable: UInt32 = 0
    /// SCR: SLEEPONEXIT, SLEEPDEEP, SEVONPEND.
    var sleepControl: UInt32 = 0
    /// CCR.
    var configuration: UInt32 = 0x200
    /// CFSR, HFSR, DFSR.
    var configurableFaults: UInt32 = 0, hardFaults: UInt32 = 0, debugFaults: UInt32 = 0
    /// MMFAR, BFAR, AFSR.
    var protectionFaultAddress: UInt32 = 0, busFaultAddress: UInt32 = 0, auxiliaryFaults: UInt32 = 0
    /// CPACR, fields CP10 and CP11.
    var coprocessorAccess: UInt32 = 0
    /// CSSELR.
    var cacheSelection: UInt32 = 0
    /// ACTLR.
    var auxiliaryControl: UInt32 = 0
    /// ITCMCR to AHBSCR at 0xE000EF90 of an M7, by word; the TCMs as the H745 has them.
    var memoryControls: InlineArray<6, UInt32> = [0x39, 0x41, 0x7, 0, 0x800, 0]

    var trapsUnaligned: Bool { configuration & 1 << 3 != 0 }
    var trapsDivisionByZero: Bool { configuration & 1 << 4 != 0 }
    var ignoresBusFaults: Bool { configuration & 1 << 8 != 0 }
    var alignsStack: Bool { configuration & 1 << 9 != 0 }
    var isInstructionCacheOn: Bool { configuration & 1 << 17 != 0 }
}

/// FPCCR, FPCAR and FPDSCR (ARMv7-M ARM B3.2.21).
struct FloatingPointControl {
    /// The FPSCR bits that exist.
    static let statusMask: UInt32 = 0xF7C0_009F

    /// FPCCR: ASPEN and LSPEN are set by reset.
    var control: UInt32 = 0xC000_0000
    /// FPCAR.
    var address: UInt32 = 0
    /// FPDSCR: AHP, DN, FZ and RMode of a new context.
    var defaults: UInt32 = 0

    var isAutomatic: Bool { control >> 31 != 0 }
    var isLazy: Bool { control >> 30 & 1 != 0 }
    /// LSPACT: registers are reserved on the stack but not stored yet.
    var isLazyActive: Bool { control & 1 != 0 }
}
