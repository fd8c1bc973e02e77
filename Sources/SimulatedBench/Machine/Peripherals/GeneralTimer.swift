// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// TIM2...TIM7 as up-counters: time base, update event, interrupt and DMA request.
///
/// No capture and compare.
final class GeneralTimer: WordPeripheral {
    private let interruptLine: Int
    private let freezeBit: UInt32
    private let isWide: Bool
    private let debug: DebugMCU
    /// The update event asks for a DMA transfer.
    var onUpdate: ((_ now: Picoseconds) -> Void)?

    private var words = [UInt32](repeating: 0, count: 0x70 / 4)
    private var prescaler: UInt64 = 0
    private var autoReload: UInt64
    /// The counter at `settledAt` and the frequency it has counted with since; it stands still while frozen.
    private var counter: UInt64 = 0
    private var settledAt: Picoseconds = 0
    private var frequency: UInt64 = 64_000_000
    private var isFrozen = false
    private var isAsserted = false

    init(_ context: ChipContext, number: Int, interruptLine: Int, debug: DebugMCU) {
        (self.interruptLine, self.debug) = (interruptLine, debug)
        freezeBit = UInt32(number - 2)
        isWide = number == 2 || number == 5
        autoReload = isWide ? 0xFFFF_FFFF : 0xFFFF
        super.init(context)
    }

    override func reset() {
        for index in words.indices { words[index] = 0 }
        (prescaler, counter) = (0, 0)
        autoReload = isWide ? 0xFFFF_FFFF : 0xFFFF
        words[0x2C / 4] = UInt32(autoReload)
        updateInterrupt()
    }

    private var isCounting: Bool { words[0] & 1 != 0 && !isFrozen && autoReload > 0 && frequency > 0 }

    /// Counts up to `now`; an overflow is an update event.
    private func settle(at now: Picoseconds) {
        defer { frequency = context.clocks.timers1 }
        guard isCounting, now > settledAt else {
            settledAt = max(settledAt, now)
            return
        }
        let rate = frequency, divider = prescaler + 1
        let (high, low) = (now - settledAt).multipliedFullWidth(by: rate)
        let scale = Picoseconds.second * divider
        guard high < scale else { return settledAt = now }
        let (ticks, rest) = scale.dividingFullWidth((high, low))
        // The part of a tick that has passed stays.
        settledAt = now - rest / rate
        let total = counter + ticks
        counter = total % (autoReload + 1)
        if total > autoReload { update(at: now) }
    }
    private func update(at now: Picoseconds) {
        (prescaler, autoReload) = (UInt64(words[0x28 / 4]), UInt64(words[0x2C / 4]))
        guard words[0] & 2 == 0 else { return }
        words[0x10 / 4] |= 1
        // OPM.
        if words[0] & 8 != 0 { (words[0], counter) = (words[0] & ~1, 0) }
        if words[0x0C / 4] >> 8 & 1 != 0 { onUpdate?(now) }
    }
    /// When the counter has made `count` more ticks.
    private func moment(after count: UInt64) -> Picoseconds {
        guard isCounting else { return .max }
        let (high, low) = (count * (prescaler + 1)).multipliedFullWidth(by: Picoseconds.second)
        guard high < frequency else { return .max }
        let (duration, rest) = frequency.dividingFullWidth((high, low))
        return settledAt &+ duration &+ (rest > 0 ? 1 : 0)
    }

    override func updateFreeze(at now: Picoseconds) {
        settle(at: now)
        isFrozen = debug.isFrozen(.apb1L, bit: freezeBit)
    }
    override var nextEvent: Picoseconds {
        // Only an interrupt or a DMA request makes anybody notice.
        guard words[0x0C / 4] & 0x101 != 0 else { return .max }
        return moment(after: autoReload + 1 - min(counter, autoReload))
    }
    override func handleEvent(at now: Picoseconds) {
        settle(at: now)
        updateInterrupt()
    }
    private func updateInterrupt() {
        let isWanted = words[0x10 / 4] & words[0x0C / 4] & 1 != 0
        guard isWanted != isAsserted else { return }
        isAsserted = isWanted
        context.setInterrupt(interruptLine, asserted: isWanted)
    }

    override func readWord(_ offset: UInt32, _ access: Access) -> UInt32 {
        settle(at: access.now)
        switch offset {
        case 0x10:
            context.stableUntil = moment(after: autoReload + 1 - min(counter, autoReload))
            return words[0x10 / 4]
        case 0x24:
            context.stableUntil = moment(after: 1)
            return UInt32(truncatingIfNeeded: counter)
        case 0..<0x70: return words[Int(offset / 4)]
        default: return 0
        }
    }
    override func writeWord(_ offset: UInt32, _ value: UInt32, lanes: UInt32, _ access: Access) {
        settle(at: access.now)
        let index = Int(offset / 4)
        switch offset {
        // Flags are cleared by writing 0.
        case 0x10: words[index] &= merge(.max, value, lanes: lanes)
        case 0x14:
            if value & 1 != 0 {
                (counter, settledAt) = (0, access.now)
                let hidden = words[0] & 4
                update(at: access.now)
                // URS: a software update raises no flag.
                if hidden != 0 { words[0x10 / 4] &= ~1 }
            }
        case 0x24: counter = UInt64(merge(UInt32(truncatingIfNeeded: counter), value, lanes: lanes)) & limit
        case 0x28: words[index] = merge(words[index], value, lanes: lanes) & 0xFFFF
        case 0x2C:
            words[index] = UInt32(UInt64(merge(words[index], value, lanes: lanes)) & limit)
            // ARPE: kept for the next update event.
            if words[0] >> 7 & 1 == 0 { autoReload = UInt64(words[index]) }
        case 0..<0x70: words[index] = merge(words[index], value, lanes: lanes)
        default: return
        }
        updateInterrupt()
        context.needsAttention = true
    }
    private var limit: UInt64 { isWide ? 0xFFFF_FFFF : 0xFFFF }
}
