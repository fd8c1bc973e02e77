// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Compiled twice, for the host and for the target: both multiply with the same numbers.

/// The numbers that a digest multiplies the words of a block with: Marsaglia's xorshift generator of 32 bits.
struct DigestKeys {
    /// Words of a block; each block has the same keys.
    static var count: Int { 1024 }
    /// What the sum of all blocks before is multiplied with; odd, so that nothing of it is lost.
    static var fold: UInt64 { 0x9E37_79B9_7F4A_7C15 }

    private var state: UInt32 = 0x9E37_79B9

    init() {}

    mutating func next() -> UInt32 {
        state ^= state << 13
        state ^= state >> 17
        state ^= state << 5
        return state
    }
}
