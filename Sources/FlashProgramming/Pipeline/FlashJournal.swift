// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import ObjectFiles

/// What a job has done to the flash so far, so that an error can say what is where.
package struct FlashJournal: Hashable, Sendable {
    /// Erased and not programmed since.
    package private(set) var erased = AddressRangeSet()
    package private(set) var programmed = AddressRangeSet()
    /// An erase or a write was started here and did not report its end.
    package private(set) var unknown = AddressRangeSet()
    /// Read back or hashed and found right after the last write.
    package private(set) var verified = AddressRangeSet()
    /// What erased sectors held beside the image and is not proven to be back.
    package private(set) var unrestored: [ImageSegment] = []

    package init() {}

    /// True while nothing was erased or programmed.
    package var isUntouched: Bool { erased.isEmpty && programmed.isEmpty && unknown.isEmpty }

    /// Nothing is certain about the range until the operation on it has ended.
    mutating func starting(_ range: AddressRange) {
        forget(range)
        unknown.insert(range)
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
        unrestored.removeAll { $0.range.map(verified.contains) ?? true }
    }
    mutating func nothingIsVerified() { verified = AddressRangeSet() }

    /// From now on these bytes exist nowhere but here.
    mutating func holds(_ kept: [ImageSegment]) {
        for segment in kept where !unrestored.contains(segment) { unrestored.append(segment) }
    }

    private mutating func forget(_ range: AddressRange) {
        erased.remove(range)
        programmed.remove(range)
        unknown.remove(range)
        verified.remove(range)
    }
}

extension FlashJournal: CustomStringConvertible {
    /// `erased: …; programmed: …`, leaving out what is empty.
    package var description: String {
        var parts: [String] = []
        if !erased.isEmpty { parts.append("erased: \(erased)") }
        if !programmed.isEmpty { parts.append("programmed: \(programmed)") }
        if !unknown.isEmpty { parts.append("in an unknown state: \(unknown)") }
        let lost = unrestored.reduce(0) { $0 + $1.bytes.count }
        if lost > 0 { parts.append("\(lost) bytes that shared a sector are not proven to be back") }
        return parts.isEmpty ? "the flash was not changed" : parts.joined(separator: "; ")
    }
}
