// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The pattern that a buffer is filled with before a Read.
///
/// A loader that says it has read, but has not, leaves in the buffer what was there: perhaps the very data that was
/// written. The core fills it on the way into the call; over the wire it would cost as much as the reading.
enum BufferFill {
    /// Unlikely in a flash, and its complement just as well.
    static let pattern: UInt32 = 0x5AA5_C33C

    /// The index of the first word, or rest of a word at the end, that is still `pattern`.
    static func firstUntouched(_ bytes: [UInt8], pattern: UInt32) -> Int? {
        let expected = (0..<4).map { UInt8(truncatingIfNeeded: pattern >> UInt32(8 * $0)) }
        return stride(from: 0, to: bytes.count, by: 4).first { isUntouched(bytes, at: $0, expected) }
    }

    /// Whether the word at `index` is `pattern`, as far as it is there.
    static func isUntouched(_ bytes: [UInt8], at index: Int, pattern: UInt32) -> Bool {
        isUntouched(bytes, at: index, (0..<4).map { UInt8(truncatingIfNeeded: pattern >> UInt32(8 * $0)) })
    }

    private static func isUntouched(_ bytes: [UInt8], at index: Int, _ expected: [UInt8]) -> Bool {
        bytes[index..<min(index + 4, bytes.count)].elementsEqual(expected.prefix(bytes.count - index))
    }
}
