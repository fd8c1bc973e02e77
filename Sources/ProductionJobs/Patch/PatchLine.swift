// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// Patches as a tester writes them: `<count>,<address>,<bytes>:<data>[,<address>,<bytes>:<data>]…`, all hexadecimal.
///
/// One to four patches of one to thirty-two bytes, as gang programmers take them.
package struct PatchLine: Hashable, Sendable {
    /// In the order of the line.
    package let rules: [PatchRule]

    package init?(_ text: String) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard let first = parts.first, let count = Self.number(first), (1...4).contains(count),
            parts.count == 1 + 2 * Int(count)
        else { return nil }
        var rules: [PatchRule] = []
        for index in stride(from: 1, to: parts.count, by: 2) {
            guard let address = Self.number(parts[index]),
                let bytes = Self.bytes(parts[index + 1]),
                UInt64(address) + UInt64(bytes.count) <= UInt64(AddressRange.addressSpace)
            else { return nil }
            rules.append(
                PatchRule(
                    name: "tester-\(rules.count + 1)",
                    place: AddressRange(start: address, count: bytes.count), value: .fixed(.bytes(bytes)),
                    format: PatchRule.Format()))
        }
        self.rules = rules
    }

    /// `4:11223344`.
    private static func bytes(_ text: Substring) -> [UInt8]? {
        let halves = text.split(separator: ":", omittingEmptySubsequences: false)
        guard halves.count == 2, let count = number(halves[0]), (1...32).contains(count) else { return nil }
        let digits = Array(halves[1].utf8)
        guard digits.count == 2 * Int(count) else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let byte = number(Substring(decoding: digits[index...index + 1], as: UTF8.self)) else {
                return nil
            }
            bytes.append(UInt8(truncatingIfNeeded: byte))
        }
        return bytes
    }

    /// At most eight digits, with or without `0x`.
    private static func number(_ text: Substring) -> UInt32? {
        let digits = text.lowercased().hasPrefix("0x") ? text.dropFirst(2) : text
        guard (1...8).contains(digits.utf8.count), digits.allSatisfy({ $0.isASCII && $0.isHexDigit }) else {
            return nil
        }
        return UInt32(digits, radix: 16)
    }
}
