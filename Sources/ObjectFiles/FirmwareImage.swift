// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// A run of bytes at consecutive addresses, and where it came from.
package struct ImageSegment: Hashable, Sendable {
    package let address: UInt32
    package let bytes: [UInt8]
    /// `app.elf: section .text`, `data.hex: lines 2-14`.
    package let origin: String
    package init(address: UInt32, bytes: [UInt8], origin: String) {
        (self.address, self.bytes, self.origin) = (address, bytes, origin)
    }
    /// One past the last byte, in 64 bits so that a segment may end at 4 GiB.
    package var end: UInt64 { UInt64(address) + UInt64(bytes.count) }
}

/// What the input files say should be in memory: segments in address order that do not overlap.
package struct FirmwareImage: Hashable, Sendable {
    package let segments: [ImageSegment]
    /// `segments` must be sorted and disjoint; `merging` makes them so.
    package init(sorted segments: [ImageSegment]) { self.segments = segments }

    package var byteCount: Int { segments.reduce(0) { $0 + $1.bytes.count } }

    /// From the first byte to one past the last, gaps included; nil when there is no byte.
    package var span: Range<UInt64>? {
        guard let first = segments.first, let last = segments.last else { return nil }
        return UInt64(first.address)..<last.end
    }

    /// What of it lies in `range`.
    package func clipped(to range: Range<UInt64>) -> FirmwareImage {
        FirmwareImage(
            sorted: segments.compactMap { segment in
                let inside = (UInt64(segment.address)..<segment.end).clamped(to: range)
                guard !inside.isEmpty else { return nil }
                let start = Int(inside.lowerBound - UInt64(segment.address))
                return ImageSegment(
                    address: UInt32(truncatingIfNeeded: inside.lowerBound),
                    bytes: Array(segment.bytes[start..<start + inside.count]), origin: segment.origin)
            })
    }
}
