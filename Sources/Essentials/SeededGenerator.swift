// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// SplitMix64: the same numbers for the same seed, on every machine and in every run.
///
/// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators" (OOPSLA 2014).
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64
    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    package mutating func bytes(_ count: Int) -> [UInt8] {
        var words: [UInt64] = []
        while words.count * 8 < count { words.append(next().littleEndian) }
        return words.withUnsafeBytes { Array($0.prefix(count)) }
    }
}
