// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// The calls that erase a set of sectors, one after the other: whole units, so that no call cuts a block apart.
struct EraseSequence {
    /// In address order.
    private let units: [AddressRange]
    private var next = 0
    /// How many units of each size are left.
    private var left: [Int: Int] = [:]

    /// A call covers about this much time, so that journal and progress stay precise.
    private static let callLimit = Duration.seconds(2)

    init(_ ranges: AddressRangeSet, _ costs: EraseCosts) {
        units = ranges.ranges.flatMap { costs.units(in: $0) }
        for unit in units { left[unit.count, default: 0] += 1 }
    }

    /// What is left, at what the units cost now.
    func time(_ costs: EraseCosts) -> Duration {
        left.reduce(.zero) { $0 + costs.time(ofUnit: $1.key) * $1.value }
    }

    /// The range of the next call; nothing at the end.
    ///
    /// With `isFirst` it is a single unit, by which the loader is judged.
    mutating func next(_ costs: EraseCosts, isFirst: Bool) -> AddressRange? {
        guard next < units.count else { return nil }
        let start = units[next].bounds.lowerBound
        var (end, cost) = (start, Duration.zero)
        while next < units.count, units[next].bounds.lowerBound == end {
            let unit = units[next]
            if end > start, isFirst || cost + costs.time(ofUnit: unit.count) > Self.callLimit { break }
            end = unit.bounds.upperBound
            cost += costs.time(ofUnit: unit.count)
            left[unit.count, default: 1] -= 1
            next += 1
        }
        return AddressRange(start..<end)
    }
}
