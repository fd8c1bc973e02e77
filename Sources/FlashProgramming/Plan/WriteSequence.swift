// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// The calls that program a set of pages, one after the other.
///
/// A call costs as much as many pages do, so ranges that are close are joined; what lies between must be blank and
/// stay so: programming FFh over it changes nothing.
struct WriteSequence {
    /// Pages to program, in address order.
    private let pages: [AddressRange]
    /// What may be programmed with the erased value.
    private let blank: AddressRangeSet
    private let limit: Int
    private let pageSize: Int
    private var index = 0
    /// Where the next call begins inside `pages[index]`.
    private var position: Int

    init(_ pages: AddressRangeSet, blank: AddressRangeSet, limit: Int, pageSize: Int) {
        (self.pages, self.blank, self.pageSize) = (pages.ranges, blank, pageSize)
        self.limit = max(1, limit)
        position = pages.ranges.first?.bounds.lowerBound ?? 0
    }

    /// The range of the next call; nothing at the end.
    ///
    /// `gap` is how many bytes between ranges are worth programming.
    mutating func next(joiningGapsOf gap: Int) -> AddressRange? {
        guard index < pages.count else { return nil }
        let start = position
        while true {
            let end = pages[index].bounds.upperBound
            if end - start > limit, let rest = AddressRange(position..<end) {
                position = rest.pieces(of: start + limit - position, alignedTo: pageSize)[0].bounds.upperBound
                return AddressRange(start..<position)
            }
            index += 1
            guard index < pages.count else { return AddressRange(start..<end) }
            position = pages[index].bounds.lowerBound
            guard position - end <= gap, position + pageSize - start <= limit,
                AddressRange(end..<position).map(blank.contains) ?? true
            else { return AddressRange(start..<end) }
        }
    }
}
