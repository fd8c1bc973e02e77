// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Registers of trace and cross-trigger components that only remember what is written.
struct TraceStores {
    /// ITM stimulus enable, privilege and control.
    var stimulusEnable: UInt32 = 0, stimulusPrivilege: UInt32 = 0, traceControl: UInt32 = 0
    /// CTI and ETM, by word offset.
    private var crossTrigger = [UInt32](repeating: 0, count: 0x100)
    private var embeddedTrace = [UInt32](repeating: 0, count: 0x100)
    /// Components whose lock access register was given the key by software: ITM, DWT, FPB.
    private var unlocked: UInt32 = 0

    static let unlockKey: UInt32 = 0xC5AC_CE55

    func isUnlocked(_ component: UInt32) -> Bool { unlocked >> (component & 31) & 1 != 0 }
    mutating func writeLock(_ component: UInt32, _ value: UInt32) {
        let bit: UInt32 = 1 << (component & 31)
        if value == Self.unlockKey { unlocked |= bit } else { unlocked &= ~bit }
    }

    func readCrossTrigger(_ offset: UInt32) -> UInt32 { crossTrigger[Int(offset >> 2 & 0xFF)] }
    mutating func writeCrossTrigger(_ offset: UInt32, _ value: UInt32) {
        if offset < 0x400 { crossTrigger[Int(offset >> 2)] = value }
    }
    func readEmbeddedTrace(_ offset: UInt32) -> UInt32 { embeddedTrace[Int(offset >> 2 & 0xFF)] }
    mutating func writeEmbeddedTrace(_ offset: UInt32, _ value: UInt32) {
        if offset < 0x400 { embeddedTrace[Int(offset >> 2)] = value }
    }
}
