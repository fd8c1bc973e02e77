// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashProgramming

/// A range of addresses, end not included.
package struct RangeReport: Encodable, Hashable, Sendable {
    /// `0x90000000`.
    package let start: String
    package let bytes: UInt64

    init(start: UInt32, bytes: UInt64) { (self.start, self.bytes) = (start.hex, bytes) }
    init(_ range: AddressRange) { self.init(start: range.start, bytes: UInt64(range.count)) }

    static let schema = Schema.object([
        .key("start", .address, "The first address."),
        .key("bytes", .count, "How many bytes from there on."),
    ])
}

extension AddressRangeSet {
    var report: [RangeReport] { ranges.map(RangeReport.init) }
}
