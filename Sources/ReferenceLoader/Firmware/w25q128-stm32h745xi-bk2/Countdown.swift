// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// A time limit measured with the cycle counter, which needs no interrupt.
struct Countdown {
    private var cyclesLeft: UInt64
    private var last: UInt32

    /// The core runs at 64 MHz; on a divided HSI every limit is longer, never shorter.
    private static var cyclesPerMicrosecond: UInt64 { 64 }
    /// What one look costs at least, should the counter stand still: a load from a peripheral and the loop around it.
    private static var cyclesPerLook: UInt32 { 8 }

    private static var traceControl: Register { .init(0xE000_EDFC) }
    private static var control: Register { .init(0xE000_1000) }
    private static var cycles: Register { .init(0xE000_1004) }
    private static var lockAccess: Register { .init(0xE000_1FB0) }

    /// Switches the counter on (DEMCR.TRCENA, DWT_LAR, DWT_CTRL.CYCCNTENA).
    static func start() {
        traceControl.set(1 << 24)
        lockAccess.value = 0xC5AC_CE55
        control.set(1)
    }

    init(microseconds: UInt32) {
        cyclesLeft = UInt64(microseconds) &* Self.cyclesPerMicrosecond
        last = Self.cycles.value
    }

    /// To be asked more often than the counter wraps (67 s).
    mutating func isOver() -> Bool {
        let now = Self.cycles.value
        let passed = now &- last
        last = now
        let spent = UInt64(passed == 0 ? Self.cyclesPerLook : passed)
        guard spent < cyclesLeft else {
            cyclesLeft = 0
            return true
        }
        cyclesLeft &-= spent
        return false
    }

    static func pause(microseconds: UInt32) {
        var time = Countdown(microseconds: microseconds)
        while !time.isOver() {}
    }
}
