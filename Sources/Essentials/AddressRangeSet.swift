// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Addresses as sorted ranges that neither overlap nor touch.
package struct AddressRangeSet: Hashable, Sendable {
    package private(set) var ranges: [AddressRange] = []

    package init() {}
    package init(_ ranges: [AddressRange]) { for range in ranges { insert(range) } }

    package var isEmpty: Bool { ranges.isEmpty }
    /// Bytes in all ranges together.
    package var count: Int { ranges.reduce(0) { $0 + $1.count } }

    package func contains(_ range: AddressRange) -> Bool {
        let index = firstIndex(endingAfter: range.bounds.lowerBound)
        return index < ranges.count && ranges[index].contains(range)
    }
    package func intersects(_ range: AddressRange) -> Bool {
        let index = firstIndex(endingAfter: range.bounds.lowerBound)
        return index < ranges.count && ranges[index].bounds.lowerBound < range.bounds.upperBound
    }

    /// The range that holds `address`.
    package func range(around address: UInt32) -> AddressRange? {
        let index = firstIndex(endingAfter: Int(address))
        return index < ranges.count && ranges[index].bounds.contains(Int(address)) ? ranges[index] : nil
    }
    /// What of `range` is in the set, in address order.
    package func intersection(_ range: AddressRange) -> [AddressRange] {
        var parts: [AddressRange] = []
        var index = firstIndex(endingAfter: range.bounds.lowerBound)
        while index < ranges.count, let part = ranges[index].intersection(range) {
            parts.append(part)
            index += 1
        }
        return parts
    }

    package func union(_ other: AddressRangeSet) -> AddressRangeSet {
        var union = self
        for range in other.ranges { union.insert(range) }
        return union
    }

    package mutating func insert(_ range: AddressRange) {
        // A range that touches the one before it ends up in it, hence one below the first address.
        let first = firstIndex(endingAfter: range.bounds.lowerBound - 1)
        var end = first
        var (low, high) = (range.bounds.lowerBound, range.bounds.upperBound)
        while end < ranges.count, ranges[end].bounds.lowerBound <= range.bounds.upperBound {
            low = min(low, ranges[end].bounds.lowerBound)
            high = max(high, ranges[end].bounds.upperBound)
            end += 1
        }
        guard let joined = AddressRange(low..<high) else { return }
        ranges.replaceSubrange(first..<end, with: [joined])
    }

    package mutating func remove(_ range: AddressRange) {
        let first = firstIndex(endingAfter: range.bounds.lowerBound)
        var end = first
        var left: [AddressRange] = []
        while end < ranges.count, ranges[end].bounds.lowerBound < range.bounds.upperBound {
            let bounds = ranges[end].bounds
            if bounds.lowerBound < range.bounds.lowerBound,
                let before = AddressRange(bounds.lowerBound..<range.bounds.lowerBound)
            {
                left.append(before)
            }
            if range.bounds.upperBound < bounds.upperBound,
                let after = AddressRange(range.bounds.upperBound..<bounds.upperBound)
            {
                left.append(after)
            }
            end += 1
        }
        ranges.replaceSubrange(first..<end, with: left)
    }

    /// Logarithmic, as everything here but shifting what lies behind.
    private func firstIndex(endingAfter address: Int) -> Int {
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].bounds.upperBound > address { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

extension AddressRangeSet: CustomStringConvertible {
    /// `none`, or the ranges with the bytes in all: `0x90000000..0x90010000 (65536 bytes)`.
    package var description: String {
        guard !ranges.isEmpty else { return "none" }
        let shown = ranges.prefix(8).map(\.description).joined(separator: ", ")
        let more = ranges.count > 8 ? " and \(ranges.count - 8) more" : ""
        return "\(shown)\(more) (\(Format.count(count, "byte")))"
    }
}
