// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What tells the contents of a piece of flash from any other: computed on the target and again by the host.
///
/// Two sums that have nothing to do with each other, 64 bits together, and cheap for a core without cache: the CRC-32 of
/// IEEE 802.3, and Fletcher's second sum over words. A SHA-256 takes the core ten times as long and guards against
/// forgers, of whom there are none on the board.
package struct FlashDigest: Hashable, Sendable {
    package let crc32: UInt32
    /// The sum of all sums of the little-endian words up to each, modulo 2³²; missing bytes of the last word are zero.
    package let wordSum: UInt32

    package init(crc32: UInt32, wordSum: UInt32) { (self.crc32, self.wordSum) = (crc32, wordSum) }

    package init(of bytes: some RandomAccessCollection<UInt8>) {
        // Contiguous: an index into anything else is what a debug build spends its time with.
        let digest = bytes.withContiguousStorageIfAvailable { Self(contentsOf: $0.span) }
        self = digest ?? Self(contentsOf: Array(bytes).span)
    }

    private init(contentsOf bytes: Span<UInt8>) {
        var crc = CRC32()
        crc.update(bytes)
        var (sum, sums): (UInt32, UInt32) = (0, 0)
        var index = 0
        while index + 4 <= bytes.count {
            let low = UInt32(bytes[index]) | UInt32(bytes[index + 1]) << 8
            sum &+= low | UInt32(bytes[index + 2]) << 16 | UInt32(bytes[index + 3]) << 24
            sums &+= sum
            index += 4
        }
        if index < bytes.count {
            var (word, shift): (UInt32, UInt32) = (0, 0)
            while index < bytes.count {
                word |= UInt32(bytes[index]) << shift
                (index, shift) = (index + 1, shift + 8)
            }
            sum &+= word
            sums &+= sum
        }
        self.init(crc32: crc.value, wordSum: sums)
    }
}
