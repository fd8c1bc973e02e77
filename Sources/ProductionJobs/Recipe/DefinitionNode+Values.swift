// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashProgramming
import HardwareDescription

extension DefinitionNode {
    /// A name that may stand in addresses, file names and columns: at most 64 letters, digits, `.`, `_`, `-`.
    func identifier() throws(DefinitionError) -> String {
        let text = try text
        guard Identifier.isValid(text) else {
            throw failure(.wrongType(expected: "a name of at most 64 letters, digits, `.`, `_` or `-`"))
        }
        return text
    }

    /// A file's name, without a folder.
    func fileName() throws(DefinitionError) -> String {
        let text = try text
        guard text.utf8.count <= 255, !text.contains("/"), text != ".", text != "..",
            text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f })
        else { throw failure(.wrongType(expected: "a file name without a folder")) }
        return text
    }

    func contentHash() throws(DefinitionError) -> ContentHash {
        guard let hash = ContentHash(try text) else {
            throw failure(.wrongType(expected: "a SHA-256 of 64 hexadecimal digits"))
        }
        return hash
    }

    /// `0x90000000+64k` or `0x90000000..0x90010000`.
    func range() throws(DefinitionError) -> AddressRange {
        do { return try AddressRange(parsing: try text) } catch let error as FlashError {
            throw failure(.conflict(error.summary))
        } catch let error as DefinitionError {
            throw error
        } catch {
            throw failure(.wrongType(expected: "a range such as 0x90000000+64k"))
        }
    }

    /// `ef 40 18`, or `ef4018`.
    func octets(counts: ClosedRange<Int>) throws(DefinitionError) -> [UInt8] {
        let digits = Array(try text.filter { $0 != " " })
        let bytes = stride(from: 0, to: digits.count - 1, by: 2).compactMap { index -> UInt8? in
            guard digits[index].isHexDigit, digits[index + 1].isHexDigit else { return nil }
            return UInt8(String(digits[index...index + 1]), radix: 16)
        }
        guard digits.count.isMultiple(of: 2), bytes.count == digits.count / 2, counts.contains(bytes.count)
        else {
            let number =
                counts.count == 1 ? "\(counts.lowerBound)" : "\(counts.lowerBound) to \(counts.upperBound)"
            throw failure(.wrongType(expected: "\(number) bytes in hexadecimal digits"))
        }
        return bytes
    }

    /// `250 ms` or `2 s`.
    func time(in allowed: ClosedRange<Duration>) throws(DefinitionError) -> Duration {
        let parts = try text.split(separator: " ")
        let units: [Substring: Duration] = [
            "ms": .milliseconds(1), "s": .seconds(1), "min": .seconds(60),
            "h": .seconds(3600), "d": .seconds(24 * 3600),
        ]
        guard parts.count == 2, let unit = units[parts[1]], let first = parts[0].first, first.isNumber,
            let count = Int(parts[0]), count <= 1_000_000
        else { throw failure(.wrongType(expected: "a time such as 2 s")) }
        let time = unit * count
        guard allowed.contains(time) else {
            throw failure(
                .outOfRange(
                    value: try text,
                    allowed: "\(Format.time(allowed.lowerBound)) to \(Format.time(allowed.upperBound))"))
        }
        return time
    }
}

/// Names of recipes, slots, pools and fields.
package enum Identifier {
    package static func isValid(_ text: String) -> Bool {
        guard let first = text.utf8.first, text.utf8.count <= 64 else { return false }
        func isWord(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: false
            }
        }
        return isWord(first) && text.utf8.allSatisfy { isWord($0) || [0x2e, 0x5f, 0x2d].contains($0) }
    }
}
