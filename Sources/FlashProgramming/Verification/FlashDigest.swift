// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What tells the contents of a piece of flash from any other: computed on the target and again by the host.
///
/// The sum of the products of each little-endian word with a key of its place, modulo 2⁶⁴ (multilinear hashing; Carter and
/// Wegman 1979, Lemire and Kaser 2014). Any difference within one word shows; any other goes unseen with a probability of
/// 2⁻⁶⁴ by chance, where CRC-32 has 2⁻³². A word costs the core a load and a multiplication, which is less than the flash
/// needs to send it; the tables of a CRC-32 cost it twenty instructions. The keys are no secret: this guards against faults,
/// not forgers, of whom there are none on the board.
package struct FlashDigest: Hashable, Sendable {
    package let value: UInt64

    package init(_ value: UInt64) { self.value = value }

    package init(of bytes: some RandomAccessCollection<UInt8>) {
        // Contiguous: an index into anything else is what a debug build spends its time with.
        let digest = bytes.withContiguousStorageIfAvailable { Self(contentsOf: $0.span) }
        self = digest ?? Self(contentsOf: Array(bytes).span)
    }

    private init(contentsOf bytes: Span<UInt8>) {
        let keys = Self.keys.span
        var (sum, index, place): (UInt64, Int, Int) = (0, 0, 0)
        while index < bytes.count {
            if place == keys.count {
                sum &*= DigestKeys.fold
                place = 0
            }
            sum &+= UInt64(Self.word(of: bytes, at: index)) &* UInt64(keys[place])
            (index, place) = (index + 4, place + 1)
        }
        self.init(sum)
    }

    /// Bytes behind the end are zero.
    private static func word(of bytes: Span<UInt8>, at index: Int) -> UInt32 {
        guard index + 4 <= bytes.count else {
            return (index..<bytes.count).reduce(0) { $0 | UInt32(bytes[$1]) << (8 * UInt32($1 - index)) }
        }
        let low = UInt32(bytes[index]) | UInt32(bytes[index + 1]) << 8
        return low | UInt32(bytes[index + 2]) << 16 | UInt32(bytes[index + 3]) << 24
    }

    private static let keys: [UInt32] = {
        var keys = DigestKeys()
        return (0..<DigestKeys.count).map { _ in keys.next() }
    }()
}
