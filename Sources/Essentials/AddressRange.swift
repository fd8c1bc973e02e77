// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// A run of at least one byte in the 32-bit address space.
package struct AddressRange: Hashable, Sendable {
    /// First address up to, not including, the one after the last; never empty, never beyond 4 GiB.
    package let bounds: Range<Int>

    /// Nothing when the bounds are empty or leave the address space.
    package init?(_ bounds: Range<Int>) {
        guard !bounds.isEmpty, bounds.lowerBound >= 0, bounds.upperBound <= Self.addressSpace else {
            return nil
        }
        self.bounds = bounds
    }

    /// For bounds already known to be good.
    package init(start: UInt32, count: Int) {
        guard let range = Self(Int(start)..<Int(start) + count) else {
            preconditionFailure("\(count) bytes at \(start.hex) are no range")
        }
        self = range
    }

    /// One past the last address.
    package static let addressSpace = 1 << 32

    package var start: UInt32 { UInt32(bounds.lowerBound) }
    /// The last address inside.
    package var last: UInt32 { UInt32(bounds.upperBound - 1) }
    package var count: Int { bounds.count }

    package func contains(_ other: AddressRange) -> Bool {
        bounds.lowerBound <= other.bounds.lowerBound && other.bounds.upperBound <= bounds.upperBound
    }
    package func intersection(_ other: AddressRange) -> AddressRange? {
        let low = max(bounds.lowerBound, other.bounds.lowerBound)
        let high = min(bounds.upperBound, other.bounds.upperBound)
        return low < high ? AddressRange(low..<high) : nil
    }

    /// Cuts into pieces of at most `limit` bytes whose inner cuts fall on multiples of `alignment`.
    ///
    /// An alignment larger than the limit is halved until it fits.
    package func pieces(of limit: Int, alignedTo alignment: Int = 1) -> [AddressRange] {
        var pieces: [AddressRange] = []
        var rest: AddressRange? = self
        while let left = rest {
            let piece = left.firstPiece(of: limit, alignedTo: alignment)
            pieces.append(piece)
            rest = AddressRange(piece.bounds.upperBound..<bounds.upperBound)
        }
        return pieces
    }

    /// The first of ``pieces(of:alignedTo:)``.
    package func firstPiece(of limit: Int, alignedTo alignment: Int = 1) -> AddressRange {
        let limit = max(1, limit)
        var alignment = max(1, alignment)
        while alignment > limit { alignment /= 2 }
        guard count > limit else { return self }
        let (low, high) = (bounds.lowerBound, bounds.lowerBound + limit)
        return AddressRange(start: start, count: max(high / alignment * alignment, low + 1) - low)
    }
}

extension AddressRange: CustomStringConvertible {
    /// In the notation that the parser reads: `0x90000000..0x90010000`.
    package var description: String {
        let end = UInt64(bounds.upperBound)
        return "\(start.hex)..\(UInt32(exactly: end)?.hex ?? "0x" + String(end, radix: 16))"
    }
}
