// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials
package import ObjectFiles

/// What a job has done to the flash so far, so that an error can say what is where.
///
/// ``summary`` is the same as plain ranges.
package struct FlashJournal: Hashable, Sendable {
    package let operation: FlashOperation
    /// Erased and not programmed since.
    package private(set) var erased = AddressRangeSet()
    package private(set) var programmed = AddressRangeSet()
    /// An erase or a write was started here and did not report its end.
    package private(set) var unknown = AddressRangeSet()
    /// Read back or hashed and found right after the last write.
    package private(set) var verified = AddressRangeSet()
    private var kept = SortedMap<UInt32, ImageSegment>()

    package init(_ operation: FlashOperation) { self.operation = operation }

    /// True while nothing was erased or programmed.
    package var isUntouched: Bool { erased.isEmpty && programmed.isEmpty && unknown.isEmpty }
    /// What erased sectors held beside the image and is not proven to be back, in address order.
    package var unrestored: [ImageSegment] { kept.values }

    /// Nothing is certain about the range until the operation on it has ended.
    mutating func starting(_ range: AddressRange) {
        forget(range)
        unknown.insert(range)
    }
    /// An operation that was started on the range left it as it was; `before` is the journal from before it.
    mutating func wasLeftAlone(_ range: AddressRange, as before: FlashJournal) {
        forget(range)
        for part in before.erased.intersection(range) { erased.insert(part) }
        for part in before.programmed.intersection(range) { programmed.insert(part) }
        for part in before.unknown.intersection(range) { unknown.insert(part) }
    }
    mutating func wasErased(_ range: AddressRange) {
        forget(range)
        erased.insert(range)
    }
    mutating func wasProgrammed(_ range: AddressRange) {
        forget(range)
        programmed.insert(range)
    }
    mutating func wasVerified(_ range: AddressRange) {
        verified.insert(range)
        // A piece may have begun in what was verified before this range.
        if let whole = verified.range(around: range.start) { isBack(in: whole, endingWith: range) }
    }
    /// Nothing was done to the range, as reading it has shown.
    mutating func stillHolds(_ range: AddressRange) {
        forget(range)
        isBack(in: range, endingWith: range)
    }
    mutating func nothingIsVerified() { verified = AddressRangeSet() }

    /// From now on these bytes exist nowhere but here.
    mutating func holds(_ segments: [ImageSegment]) {
        for segment in segments { kept.set(segment, for: segment.address) }
    }

    /// Forgets the kept pieces that lie inside `whole` and begin no later than in `range`.
    private mutating func isBack(in whole: AddressRange, endingWith range: AddressRange) {
        let first = kept.index(atOrAfter: whole.start)
        var end = kept.index(atOrAfter: range.last)
        if end < kept.keys.count, kept.keys[end] == range.last { end += 1 }
        kept.remove(in: first..<end) { segment in segment.range.map(whole.contains) ?? true }
    }

    private mutating func forget(_ range: AddressRange) {
        erased.remove(range)
        programmed.remove(range)
        unknown.remove(range)
        verified.remove(range)
    }
}
