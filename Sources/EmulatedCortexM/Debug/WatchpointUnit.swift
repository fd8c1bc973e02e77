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

        func matches(_ address: UInt32, _ size: UInt32) -> Bool {
            let ignored: UInt32 = (1 << mask) &- 1
            let first = value & ~ignored, last = first | ignored
            return address <= last && address &+ (size &- 1) >= first
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
    /// Whether data accesses, and whether fetches, must be shown to the comparators.
    private(set) var observesData = false, observesFetches = false

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
        refresh()
    }
    /// DEMCR.TRCENA changed.
    mutating func setTrace(_ isOn: Bool, at now: UInt64) { change(at: now) { $0.isTraceOn = isOn } }
    /// CYCCNT stood still for the `count` clocks up to now.
    mutating func freeze(_ count: UInt64) { countOrigin &+= count }

    // MARK: Comparators

    private mutating func refresh() {
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
    mutating func observe(_ address: UInt32, _ width: BusWidth, write: Bool) {
        for index in 0..<4 {
            let function = comparators[index].function
            guard function & 4 != 0, function & (write ? 2 : 1) != 0 else { continue }
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
        hasMatch = true
    }
    var isMatchPending: Bool { hasMatch }
    mutating func takeMatch() -> Bool {
        defer { hasMatch = false }
        return hasMatch
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
