// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The SHA-256 of contents, by which images and recipes are known.
package struct ContentHash: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// 64 hexadecimal digits, small letters.
    package let description: String

    /// Nothing unless `text` is 64 hexadecimal digits.
    package init?(_ text: String) {
        guard text.utf8.count == 64, text.utf8.allSatisfy({ Self.isDigit($0) }) else { return nil }
        description = text.lowercased()
    }

    /// From 32 bytes; nothing for any other number of them.
    package init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        let digits = Array("0123456789abcdef".utf8)
        description = String(
            decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// Enough to tell one from another on a screen.
    package var short: String { String(description.prefix(12)) }

    package static func < (left: Self, right: Self) -> Bool { left.description < right.description }

    private static func isDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }
}
