// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugAccess
import Essentials

/// Memory into which no store of the core may go.
struct WatchedRange: Hashable, Sendable {
    var area: CallPostMortem.WatchedArea
    /// A power of two in size, and a multiple of it.
    var range: Range<UInt32>

    /// Low address bits that the comparator ignores.
    var maskBits: UInt32 { UInt32(range.count.trailingZeroBitCount) }
}

extension Core {
    /// Stops the core at its first store into one of the ranges, as far as it has comparators for them.
    ///
    /// A debugger's own accesses do not count. A range that cannot be watched is left to the looks at the pattern.
    func watch(_ ranges: [WatchedRange]) throws(CoreError) {
        try unwatch()
        let control = RegisterValue<WatchpointControl>(
            rawValue: try read(SystemAddress.watchpointControl, during: .watch))
        for (index, range) in ranges.enumerated() {
            guard index < control.comparatorCount, try set(index, to: range) else {
                trace(
                    .debug, "memory that is not watched",
                    ["start": range.range.lowerBound.hex, "size": "\(range.range.count)"])
                continue
            }
            watches.append((index, range))
        }
    }

    /// - Returns: whether the comparator took it; how many address bits it can ignore is the implementation's choice.
    private func set(_ index: Int, to range: WatchedRange) throws(CoreError) -> Bool {
        precondition(
            range.range.count.nonzeroBitCount == 1 && Int(range.range.lowerBound) % range.range.count == 0,
            "one comparator cannot match this range")
        let address = SystemAddress.watchpoint(index)
        var function = RegisterValue<WatchpointFunction>()
        function.action = .stopAtStore
        let wanted = [range.range.lowerBound, range.maskBits, function.rawValue]
        let words = try access(.watch) { () throws(DebugAccessError) in
            try memory.writeWords(wanted, at: address)
            return try memory.readWords(3, at: address)
        }
        let found = RegisterValue<WatchpointFunction>(rawValue: words[2])
        guard words[0] == wanted[0], words[1] == wanted[1], found.action == .stopAtStore else {
            try write(0, address + WatchpointOffset.function, during: .watch)
            return false
        }
        return true
    }

    func unwatch() throws(CoreError) {
        for watch in watches {
            try write(0, SystemAddress.watchpoint(watch.index) + WatchpointOffset.function, during: .watch)
        }
        watches = []
    }

    /// Which of the watched ranges was stored to since this was asked last; the first of several.
    ///
    /// Reading DWT_FUNCTIONn clears its mark.
    func touchedArea() throws(CoreError) -> CallPostMortem.WatchedArea? {
        var touched: CallPostMortem.WatchedArea?
        for watch in watches {
            let function = RegisterValue<WatchpointFunction>(
                rawValue: try read(
                    SystemAddress.watchpoint(watch.index) + WatchpointOffset.function, during: .watch))
            if function.hasMatched, touched == nil { touched = watch.range.area }
        }
        return touched
    }
}
