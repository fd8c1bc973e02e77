// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Glibc

extension [UInt8] {
    /// Whether both hold the same in `range`, which must lie inside both.
    func isEqual(to other: [UInt8], in range: Range<Int>) -> Bool {
        precondition(range.lowerBound >= 0 && range.upperBound <= count && range.upperBound <= other.count)
        // memcmp: a loop over 16 MiB takes seconds in a debug build.
        return withUnsafeBytes { mine in
            other.withUnsafeBytes { theirs in
                guard let left = mine.baseAddress, let right = theirs.baseAddress else { return true }
                return memcmp(left + range.lowerBound, right + range.lowerBound, range.count) == 0
            }
        }
    }

    /// Whether every byte in `range` is `value`.
    func holdsOnly(_ value: UInt8, in range: Range<Int>) -> Bool {
        guard let first = range.first else { return true }
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        guard self[first] == value else { return false }
        // Bytes that equal their successors are all equal.
        return withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return true }
            return memcmp(base + first, base + first + 1, range.count - 1) == 0
        }
    }
}
