// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// IWDG1 or IWDG2: counts LSI clocks and resets the part; once started only a reset stops it.
final class IndependentWatchdog: WordPeripheral {
    private let number: Int
    private let debug: DebugMCU
    private var prescaler: UInt32 = 0
    private var reload: UInt32 = 0xFFF
    private var window: UInt32 = 0xFFF
    private var isUnlocked = false
    private var updateEndsAt: Picoseconds = 0
    private(set) var isRunning = false
    /// What was left of the time at `settledAt`.
    private var left: Picoseconds = 0
    private var settledAt: Picoseconds = 0
    private var isFrozen = false

    init(_ context: ChipContext, number: Int, debug: DebugMCU) {
        (self.number, self.debug) = (number, debug)
        super.init(context)
    }

    override func reset() {
        (prescaler, reload, window, isUnlocked, isRunning) = (0, 0xFFF, 0xFFF, false, false)
    }
    func start(at now: Picoseconds) {
        guard !isRunning else { return }
        isRunning = true
        isFrozen = debug.isFrozen(.apb4, bit: UInt32(17 + number))
        refill(at: now)
    }

    private var tick: Picoseconds {
        .second / ClockFrequencies.slowInternal * (4 << UInt64(min(prescaler, 6)))
    }
    private func refill(at now: Picoseconds) {
        (left, settledAt) = ((UInt64(reload) + 1) * tick, now)
    }
    private func settle(at now: Picoseconds) {
        guard isRunning, now > settledAt else { return }
        if !isFrozen { left -= min(left, now - settledAt) }
        settledAt = now
    }

    override func updateFreeze(at now: Picoseconds) {
        settle(at: now)
        isFrozen = debug.isFrozen(.apb4, bit: UInt32(17 + number))
    }
    override var nextEvent: Picoseconds { isRunning && !isFrozen ? settledAt &+ left : .max }
    override func handleEvent(at now: Picoseconds) {
        settle(at: now)
        if isRunning, left == 0 { context.requestReset(.independentWatchdog(number)) }
    }

    override func readWord(_ offset: UInt32, _ access: Access) -> UInt32 {
        switch offset {
        case 0x04: return prescaler
        case 0x08: return reload
        case 0x0C:
            guard access.now < updateEndsAt else { return 0 }
            context.stableUntil = updateEndsAt
            return 7
        case 0x10: return window
        default: return 0
        }
    }
    override func writeWord(_ offset: UInt32, _ value: UInt32, lanes: UInt32, _ access: Access) {
        defer { context.needsAttention = true }
        switch offset {
        case 0x00: writeKey(value & 0xFFFF, at: access.now)
        case 0x04 where isUnlocked: prescaler = value & 7
        case 0x08 where isUnlocked: reload = value & 0xFFF
        case 0x10 where isUnlocked: window = value & 0xFFF
        default: return
        }
        // Registers cross into the LSI domain: five of its clocks.
        if offset != 0 { updateEndsAt = access.now &+ 5 * (.second / ClockFrequencies.slowInternal) }
    }
    private func writeKey(_ key: UInt32, at now: Picoseconds) {
        isUnlocked = key == 0x5555
        switch key {
        case 0xAAAA:
            settle(at: now)
            // Reloading while the counter is above the window is a fault too.
            if isRunning, window < reload, left > UInt64(window + 1) * tick {
                context.requestReset(.independentWatchdog(number))
            }
            refill(at: now)
        case 0xCCCC: start(at: now)
        default: break
        }
    }
}

/// WWDG1 or WWDG2: a 7-bit down-counter on an APB clock that must be reloaded inside its window.
final class WindowWatchdog: WordPeripheral {
    private let number: Int
    private let debug: DebugMCU
    private var configuration: UInt32 = 0x7F
    private var isActive = false
    /// The counter at `settledAt`, and the clock it has counted with since.
    private var counter: UInt32 = 0x7F
    private var settledAt: Picoseconds = 0
    private var tick: Picoseconds = 1
    private var isFrozen = false

    init(_ context: ChipContext, number: Int, debug: DebugMCU) {
        (self.number, self.debug) = (number, debug)
        super.init(context)
    }
    override func reset() { (configuration, isActive, counter) = (0x7F, false, 0x7F) }

    private func settle(at now: Picoseconds) {
        if isActive, !isFrozen, now > settledAt {
            let ticks = (now - settledAt) / tick
            counter = counter > UInt32(clamping: ticks) ? counter - UInt32(clamping: ticks) : 0
            settledAt += ticks * tick
        } else {
            settledAt = now
        }
        let clock = number == 1 ? context.clocks.apb3 : context.clocks.apb1
        tick = max(1, Picoseconds.second * 4096 / max(1, clock)) << UInt64(configuration >> 11 & 7)
    }
    override func updateFreeze(at now: Picoseconds) {
        settle(at: now)
        isFrozen = number == 1 ? debug.isFrozen(.apb3, bit: 6) : debug.isFrozen(.apb1L, bit: 11)
    }
    override var nextEvent: Picoseconds {
        guard isActive, !isFrozen else { return .max }
        return settledAt &+ UInt64(counter >= 0x40 ? counter - 0x3F : 0) * tick
    }
    override func handleEvent(at now: Picoseconds) {
        settle(at: now)
        if isActive, counter < 0x40 { context.requestReset(.windowWatchdog(number)) }
    }

    override func readWord(_ offset: UInt32, _ access: Access) -> UInt32 {
        settle(at: access.now)
        context.stableUntil = 0
        switch offset {
        case 0x00: return counter | (isActive ? 0x80 : 0)
        case 0x04: return configuration
        default: return 0
        }
    }
    override func writeWord(_ offset: UInt32, _ value: UInt32, lanes: UInt32, _ access: Access) {
        settle(at: access.now)
        switch offset {
        case 0x00:
            if isActive, counter > configuration & 0x7F { context.requestReset(.windowWatchdog(number)) }
            if value & 0x80 != 0 { isActive = true }
            (counter, settledAt) = (value & 0x7F, access.now)
            if isActive, counter < 0x40 { context.requestReset(.windowWatchdog(number)) }
        case 0x04:
            configuration = value & 0x3A7F
            settle(at: access.now)
        default: break
        }
        context.needsAttention = true
    }
}
