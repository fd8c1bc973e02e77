// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Testing

@testable import FlashProgramming

@Suite struct `The digest of a piece of flash` {
    /// By the definition, with keys written down apart from the code that computes them.
    @Test func `is the sum of words times keys`() {
        var state: UInt32 = 0x9E37_79B9
        var keys: [UInt64] = []
        for _ in 0..<3 {
            state ^= state << 13
            state ^= state >> 17
            state ^= state << 5
            keys.append(UInt64(state))
        }
        let bytes: [UInt8] = [0x78, 0x56, 0x34, 0x12, 0xFF, 0xFF, 0xFF, 0xFF, 0xCD, 0xAB]
        let sum = 0x1234_5678 &* keys[0] &+ 0xFFFF_FFFF &* keys[1] &+ 0xABCD &* keys[2]
        #expect(FlashDigest(of: bytes).value == sum)
    }

    @Test func `goes on with the same keys behind each 4 KiB, and loses nothing of what was before`() {
        let block = (0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let first = FlashDigest(of: block).value
        #expect(FlashDigest(of: block + block).value == first &* 0x9E37_79B9_7F4A_7C15 &+ first)
    }

    @Test(arguments: [4096, 8192, 61_440])
    func `differs where one bit, two words or two pages are not as they were`(count: Int) {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: ($0 &* 0x9E37_79B1) >> 11) }
        let digest = FlashDigest(of: bytes)
        for bit in stride(from: 0, to: count * 8, by: 1237) {
            var other = bytes
            other[bit / 8] ^= 1 << (bit % 8)
            #expect(FlashDigest(of: other) != digest)
        }
        for size in [4, 256] {
            var other = bytes
            let last = count - size
            for offset in 0..<size { other.swapAt(offset, last + offset) }
            #expect(other == bytes || FlashDigest(of: other) != digest)
        }
    }

    @Test func `has keys of which none is zero and none comes twice`() {
        var keys = DigestKeys()
        let all = (0..<DigestKeys.count).map { _ in keys.next() }
        #expect(!all.contains(0))
        #expect(Set(all).count == all.count)
        #expect(!DigestKeys.fold.isMultiple(of: 2))
    }
}
