// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Addresses of the core's own registers (ARMv7-M ARM, DDI 0403E §B3.2; caches: DDI 0489 §4).
enum SystemAddress {
    static let sysTickControl: UInt32 = 0xE000_E010
    static let interruptSetEnable: UInt32 = 0xE000_E100
    static let interruptClearEnable: UInt32 = 0xE000_E180
    static let interruptSetPending: UInt32 = 0xE000_E200
    static let interruptClearPending: UInt32 = 0xE000_E280
    static let cpuid: UInt32 = 0xE000_ED00
    static let interruptControl: UInt32 = 0xE000_ED04
    static let vectorTable: UInt32 = 0xE000_ED08
    static let applicationInterruptReset: UInt32 = 0xE000_ED0C
    static let systemControl: UInt32 = 0xE000_ED10
    static let configurationControl: UInt32 = 0xE000_ED14
    static let systemHandlerControl: UInt32 = 0xE000_ED24
    static let configurableFaultStatus: UInt32 = 0xE000_ED28
    static let hardFaultStatus: UInt32 = 0xE000_ED2C
    static let debugFaultStatus: UInt32 = 0xE000_ED30
    static let memoryFaultAddress: UInt32 = 0xE000_ED34
    static let busFaultAddress: UInt32 = 0xE000_ED38
    static let cacheSize: UInt32 = 0xE000_ED80
    static let cacheSelect: UInt32 = 0xE000_ED84
    static let coprocessorAccess: UInt32 = 0xE000_ED88
    static let mpuControl: UInt32 = 0xE000_ED94
    static let debugHaltingControl: UInt32 = 0xE000_EDF0
    static let coreRegisterSelector: UInt32 = 0xE000_EDF4
    static let coreRegisterData: UInt32 = 0xE000_EDF8
    static let debugExceptionMonitor: UInt32 = 0xE000_EDFC
    static let floatingPointContextControl: UInt32 = 0xE000_EF34
    static let instructionCacheInvalidateAll: UInt32 = 0xE000_EF50
    static let dataCacheCleanInvalidateSetWay: UInt32 = 0xE000_EF74
    static let breakpointControl: UInt32 = 0xE000_2000
    static let breakpointComparator: UInt32 = 0xE000_2008
    static let watchpointControl: UInt32 = 0xE000_1000
    /// DWT_COMPn; DWT_MASKn and DWT_FUNCTIONn follow.
    static func watchpoint(_ index: Int) -> UInt32 { 0xE000_1020 + 16 * UInt32(index) }
}
