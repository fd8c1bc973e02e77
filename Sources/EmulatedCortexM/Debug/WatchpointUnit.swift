// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The data watchpoint and trace unit: cycle counter, PC sampling and four comparators (ARMv7-M ARM C1.8).
struct WatchpointUnit {
    private struct Comparator {
        var value: UInt32 = 0
        /// Low address bits to ignore.
        var mask: UInt32 = 0
        var function: UInt32 = 0
        var hasMatched = false

        private var ignored: UInt32 { (1 << mask) &- 1 }
        /// Whether an access of `size` bytes touches what is watched.
        ///
        /// The comparison ignores the masked bits of the address, not those of the comparator: one that is not aligned
        /// to its mask matches nothing.
        func matches(_ address: UInt32, _ size: UInt32) -> Bool {
            guard value & ignored == 0 else { return false }
            return address <= value | ignored && address &+ (size &- 1) >= value
        }
        /// What data accesses of one kind are watched in; nil when they are not.
        func watched(write: Bool) -> Range<UInt64>? {
            guard function & 0b1100 == 4, function & (write ? 2 : 1) != 0, value & ignored == 0 else {
                return nil
            }
            return UInt64(value)..<UInt64(value | ignored) + 1
        }
    }

    private var comparators: InlineArray<4, Comparator> = .init(repeating: Comparator())
    private var control: UInt32 = 0
    private var isTraceOn = false
    /// CYCCNT while it counts is the core clock minus this, else `heldCount`.
    private var countOrigin: UInt64 = 0
    private var heldCount: UInt32 = 0
    private var counters: InlineArray<5, UInt32> = .init(repeating: 0)
    private var hasMatch = false
    /// Instructions still to run before the match stops the core.
    private var lateness = 0
    /// A watchpoint stops the core some instructions after the access (ARMv7-M ARM leaves the number open; DDI 0413
    /// §8.9 has one for its core), so a debugger may not take the program counter for the place of the access.
    private static let lateness = 1
    /// Whether data accesses, and whether fetches, must be shown to the comparators.
    private(set) var observesData = false, observesFetches = false
    /// A comparator was written, or trace was switched: what is watched may be something else now.
    private var isChanged = false

    init(_ model: CoreModel) {}

    // MARK: Cycle counter

    private var isCounting: Bool { isTraceOn && control & 1 != 0 }
    private func count(at now: UInt64) -> UInt32 {
        isCounting ? UInt32(truncatingIfNeeded: now &- countOrigin) : heldCount
    }
    private mutating func change(at now: UInt64, _ body: (inout WatchpointUnit) -> Void) {
        let present = count(at: now)
        body(&self)
        (countOrigin, heldCount) = (now &- UInt64(present), present)
    }
    /// DEMCR.TRCENA changed.
    mutating func setTrace(_ isOn: Bool, at now: UInt64) {
        change(at: now) { $0.isTraceOn = isOn }
        refresh()
    }
    /// CYCCNT stood still for the `count` clocks up to now.
    mutating func freeze(_ count: UInt64) { countOrigin &+= count }

    // MARK: Comparators

    private mutating func refresh() {
        isChanged = true
        (observesData, observesFetches) = (false, false)
        guard isTraceOn else { return }
        for index in 0..<4 {
            switch comparators[index].function {
            case 4: observesFetches = true
            case 5, 6, 7: observesData = true
            default: break
            }
        }
    }
    /// Whether what is watched has changed since this was asked last.
    mutating func takeChange() -> Bool {
        defer { isChanged = false }
        return isChanged
    }
    /// The stretch of `range` around `address` where no access of this kind is watched; empty if that one is.
    func unwatched(around address: UInt32, in range: Range<UInt64>, write: Bool) -> Range<UInt64> {
        guard observesData else { return range }
        var (low, high) = (range.lowerBound, range.upperBound)
        for index in 0..<4 {
            guard let watched = comparators[index].watched(write: write) else { continue }
            if watched.upperBound <= UInt64(address) {
                low = max(low, watched.upperBound)
            } else {
                high = min(high, watched.lowerBound)
            }
        }
        return low..<max(low, high)
    }
    mutating func observe(_ address: UInt32, _ width: BusWidth, write: Bool) {
        for index in 0..<4 {
            let function = comparators[index].function
            // Above 7 a match goes to the trace port, where nobody listens.
            guard function & 0b1100 == 4, function & (write ? 2 : 1) != 0 else { continue }
            note(index, if: comparators[index].matches(address, width.rawValue))
        }
    }
    mutating func observe(fetchOf address: UInt32) {
        for index in 0..<4 where comparators[index].function == 4 {
            note(index, if: comparators[index].matches(address, 2))
        }
    }
    private mutating func note(_ index: Int, if isMatch: Bool) {
        guard isMatch else { return }
        comparators[index].hasMatched = true
        if !hasMatch { lateness = Self.lateness }
        hasMatch = true
    }
    var isMatchPending: Bool { hasMatch }
    mutating func takeMatch() -> Bool {
        defer { hasMatch = false }
        return hasMatch
    }
    /// Whether one more instruction runs before a match stops the core.
    mutating func mayRunOn() -> Bool {
        guard hasMatch, lateness > 0 else { return false }
        lateness &-= 1
        return true
    }

    // MARK: Registers, by offset from 0xE0001000; PCSR is the core's

    mutating func read(_ offset: UInt32, at now: UInt64) -> UInt32 {
        switch offset {
        case 0x00: return 4 << 28 | control
        case 0x04: return count(at: now)
        case 0x08..<0x1C: return counters[Int(offset &- 8) / 4]
        case 0x20..<0x60:
            let index = Int(offset &- 0x20) / 16
            switch offset & 15 {
            case 0: return comparators[index].value
            case 4: return comparators[index].mask
            case 8:
                defer { comparators[index].hasMatched = false }
                return comparators[index].function | (comparators[index].hasMatched ? 1 << 24 : 0)
            default: return 0
            }
        default: return 0
        }
    }
    mutating func write(_ offset: UInt32, _ value: UInt32, at now: UInt64) {
        switch offset {
        case 0x00: change(at: now) { $0.control = value & 0x007F_1FFF }
        case 0x04: (countOrigin, heldCount) = (now &- UInt64(value), value)
        case 0x08..<0x1C: counters[Int(offset &- 8) / 4] = value & 0xFF
        case 0x20..<0x60:
            let index = Int(offset &- 0x20) / 16
            switch offset & 15 {
            case 0: comparators[index].value = value
            case 4: comparators[index].mask = min(value & 31, 15)
            case 8: comparators[index].function = value & 0xF
            default: break
            }
            refresh()
        default: break
        }
    }
}
