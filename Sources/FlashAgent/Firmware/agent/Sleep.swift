// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Instructions

/// Short sleeps of the core between two looks at the ring.
///
/// SysTick becomes pending with interrupts masked: WFI ends by it, and no handler is entered.
enum Sleep {
    private static var control: Register { Register(0xE000_E010) }
    private static var reload: Register { Register(0xE000_E014) }
    private static var current: Register { Register(0xE000_E018) }
    private static var interruptControl: Register { Register(0xE000_ED04) }
    /// ICSR.PENDSTCLR.
    private static var clearPending: UInt32 { 1 << 25 }
    /// Microseconds.
    private static var length: UInt32 { 20 }

    static func prepare(_ cyclesPerMicrosecond: UInt32) {
        control.value = 0
        reload.value = max(1, length &* cyclesPerMicrosecond) &- 1
        current.value = 0
        // ENABLE, TICKINT, CLKSOURCE: the core's clock.
        control.value = 7
    }

    static func shortly() {
        wait_for_interrupt()
        interruptControl.value = clearPending
    }

    static func end() {
        control.value = 0
        interruptControl.value = clearPending
    }
}
