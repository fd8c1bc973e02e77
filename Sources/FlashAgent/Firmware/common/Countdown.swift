// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// A time limit by the cycle counter, which needs no interrupt.
struct Countdown {
    private var microsecondsLeft: UInt32
    private var last: UInt32
    /// Cycles that are no whole microsecond yet.
    private var rest: UInt32 = 0
    private let cyclesPerMicrosecond: UInt32

    /// What one look costs at least, should the counter stand still: a load from a peripheral and the loop around it.
    private static var cyclesPerLook: UInt32 { 8 }

    private static var traceControl: Register { Register(0xE000_EDFC) }
    private static var control: Register { Register(0xE000_1000) }
    private static var counter: Register { Register(0xE000_1004) }
    private static var lockAccess: Register { Register(0xE000_1FB0) }

    /// Switches the counter on (DEMCR.TRCENA, DWT_LAR, DWT_CTRL.CYCCNTENA).
    static func start() {
        traceControl.value |= 1 << 24
        lockAccess.value = 0xC5AC_CE55
        control.value |= 1
    }

    static var cycles: UInt32 { counter.value }

    init(microseconds: UInt32, _ cyclesPerMicrosecond: UInt32) {
        (microsecondsLeft, self.cyclesPerMicrosecond) = (microseconds, max(1, cyclesPerMicrosecond))
        last = Self.cycles
    }

    /// To be asked more often than the counter wraps: 8 s at 480 MHz.
    mutating func isOver() -> Bool {
        let now = Self.cycles
        rest = rest &+ (now == last ? Self.cyclesPerLook : now &- last)
        last = now
        let passed = rest / cyclesPerMicrosecond
        rest = rest &- passed &* cyclesPerMicrosecond
        guard passed < microsecondsLeft else {
            microsecondsLeft = 0
            return true
        }
        microsecondsLeft &-= passed
        return false
    }

    static func pause(microseconds: UInt32, _ cyclesPerMicrosecond: UInt32) {
        var time = Countdown(microseconds: microseconds, cyclesPerMicrosecond)
        while !time.isOver() {}
    }
}
