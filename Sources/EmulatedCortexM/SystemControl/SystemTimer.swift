// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// SysTick (ARMv7-M ARM B3.3), computed from the core clock instead of being counted.
struct SystemTimer {
    private(set) var isEnabled = false
    private(set) var raisesException = false
    private(set) var usesProcessorClock = true
    private(set) var reload: UInt32 = 0
    private var countFlag = false
    /// The clock at which the counter held `initial`.
    private var origin: UInt64 = 0
    private var initial: UInt32 = 0

    /// Core clocks per count: the external reference is HCLK/8 (RM0399, SysTick calibration).
    private var divider: UInt64 { usesProcessorClock ? 1 : 8 }
    private var period: UInt64 { UInt64(reload) &+ 1 }

    func value(at now: UInt64) -> UInt32 {
        guard isEnabled, now > origin else { return initial }
        let ticks = (now &- origin) / divider
        if ticks <= UInt64(initial) { return initial &- UInt32(truncatingIfNeeded: ticks) }
        let past = (ticks &- UInt64(initial) &- 1) % period
        return UInt32(truncatingIfNeeded: UInt64(reload) &- past)
    }

    /// The clock at which the counter next reaches zero by counting; nil if it never does.
    var nextZero: UInt64? {
        guard isEnabled else { return nil }
        if initial > 0 { return origin &+ UInt64(initial) &* divider }
        return reload > 0 ? origin &+ period &* divider : nil
    }

    /// Brings the state up to `now`; true if the counter reached zero since the last time.
    mutating func settle(at now: UInt64) -> Bool {
        guard let zero = nextZero, zero <= now else { return false }
        countFlag = true
        let present = value(at: now)
        let ticks = (now &- origin) / divider
        (origin, initial) = (origin &+ ticks &* divider, present)
        return true
    }

    /// The counter stood still for the `count` clocks up to now (debug state).
    mutating func freeze(_ count: UInt64) { origin &+= count }

    /// Reading clears COUNTFLAG.
    mutating func readControl() -> UInt32 {
        defer { countFlag = false }
        return control | (countFlag ? 1 << 16 : 0)
    }
    var control: UInt32 {
        (isEnabled ? 1 : 0) | (raisesException ? 2 : 0) | (usesProcessorClock ? 4 : 0)
    }
    mutating func writeControl(_ value: UInt32, at now: UInt64) {
        rebase(at: now)
        isEnabled = value & 1 != 0
        raisesException = value & 2 != 0
        usesProcessorClock = value & 4 != 0
    }
    mutating func writeReload(_ value: UInt32, at now: UInt64) {
        rebase(at: now)
        reload = value & 0xFF_FFFF
    }
    /// Any write clears the counter and COUNTFLAG; the next clock reloads.
    mutating func writeValue(at now: UInt64) {
        (origin, initial) = (now, 0)
        countFlag = false
    }
    private mutating func rebase(at now: UInt64) {
        let present = value(at: now)
        (origin, initial) = (now, present)
    }
}
