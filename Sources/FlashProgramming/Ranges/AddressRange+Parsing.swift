// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// What is wrong with a range that a person typed.
package enum RangeTextProblem: Error, Hashable, Sendable {
    /// Neither `+` nor `..` in it.
    case noSeparator
    case badNumber(String)
    case badUnit(String)
    case empty
    case backwards
    case beyondAddressSpace
}

extension AddressRange {
    /// Reads `A+LEN` or `A..B`, where B is the first address that does not belong to it.
    ///
    /// Numbers are decimal or `0x`, with `_` between digits, and may carry a unit: `k`, `M`, `G` (also `Ki`, `KiB`,
    /// …), always a power of 1024. `kB` and `MB` are refused, because people mean both things by them.
    package init(parsing text: String) throws(FlashError) {
        func refused(_ problem: RangeTextProblem) -> FlashError { .invalidRange(text, problem) }
        let parts: (Substring, Substring), isLength: Bool
        if let plus = text.firstIndex(of: "+") {
            (parts, isLength) = ((text[..<plus], text[text.index(after: plus)...]), true)
        } else if let dots = Self.dots(in: text) {
            (parts, isLength) = ((text[..<dots.lowerBound], text[dots.upperBound...]), false)
        } else {
            throw refused(.noSeparator)
        }
        let low: Int, second: Int
        switch (Self.number(parts.0), Self.number(parts.1)) {
        case (.failure(let bad), _), (.success, .failure(let bad)): throw refused(bad.problem)
        case (.success(let first), .success(let other)): (low, second) = (first, other)
        }
        let (high, overflow) = isLength ? low.addingReportingOverflow(second) : (second, false)
        guard !overflow, low < Self.addressSpace, high <= Self.addressSpace else {
            throw refused(.beyondAddressSpace)
        }
        guard high != low else { throw refused(.empty) }
        guard high > low, let range = AddressRange(low..<high) else { throw refused(.backwards) }
        self = range
    }

    /// Reads one address, written as those of a range are.
    package static func address(parsing text: String) throws(RangeTextProblem) -> UInt32 {
        switch number(text[...]) {
        case .failure(let bad): throw bad.problem
        case .success(let number):
            guard let address = UInt32(exactly: number) else { throw .beyondAddressSpace }
            return address
        }
    }

    private static func dots(in text: String) -> Range<String.Index>? {
        guard let first = text.firstIndex(of: ".") else { return nil }
        let second = text.index(after: first)
        guard second < text.endIndex, text[second] == "." else { return nil }
        return first..<text.index(after: second)
    }

    private struct BadNumber: Error { let problem: RangeTextProblem }

    private static func number(_ text: Substring) -> Result<Int, BadNumber> {
        var rest = text.drop { $0 == " " }
        while rest.last == " " { rest.removeLast() }
        let isHex = rest.hasPrefix("0x") || rest.hasPrefix("0X")
        if isHex { rest = rest.dropFirst(2) }
        let radix = isHex ? 16 : 10
        let digits = rest.prefix { $0 == "_" || ($0.isASCII && $0.hexDigitValue.map { $0 < radix } == true) }
        let plain = digits.filter { $0 != "_" }
        guard !plain.isEmpty else { return .failure(BadNumber(problem: .badNumber(String(text)))) }
        guard let value = UInt64(plain, radix: radix) else {
            return .failure(BadNumber(problem: .beyondAddressSpace))
        }
        guard let factor = unit(rest[digits.endIndex...]) else {
            return .failure(BadNumber(problem: .badUnit(String(rest[digits.endIndex...]))))
        }
        let (product, overflow) = value.multipliedReportingOverflow(by: factor)
        guard !overflow, let number = Int(exactly: product) else {
            return .failure(BadNumber(problem: .beyondAddressSpace))
        }
        return .success(number)
    }

    private static func unit(_ text: Substring) -> UInt64? {
        switch text {
        case "": 1
        case "k", "K", "ki", "Ki", "KiB": 1 << 10
        case "m", "M", "Mi", "MiB": 1 << 20
        case "g", "G", "Gi", "GiB": 1 << 30
        default: nil
        }
    }
}
