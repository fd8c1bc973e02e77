// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

extension PatchRule {
    /// The bytes of `value`, exactly as many as the place has.
    package func bytes(of value: PatchValue) throws(PatchError) -> [UInt8] {
        switch (format.coding, value) {
        case (.binary, .number(let number)): return try binary(number)
        case (.binary, .bytes(let bytes)): return try exactly(ordered(bytes))
        case (.binary, .text(let text)): return try binary(number(text))
        case (.bcd, .number(let number)): return try packed(String(number))
        case (.bcd, .text(let text)): return try packed(text)
        case (.bcd, .bytes): throw .unsuitable(rule: name, coding: format.coding)
        case (.ascii, .number(let number)): return try padded(Array(digits(String(number)).utf8))
        case (.ascii, .text(let text)): return try padded(ascii(text))
        case (.hex, .number(let number)):
            return try padded(Array(digits(String(number, radix: 16, uppercase: true)).utf8))
        case (.hex, .text(let text)):
            return try bytes(of: .number(number(text)))
        case (.ascii, .bytes(let bytes)), (.hex, .bytes(let bytes)):
            let pairs = bytes.map { String($0.hex.dropFirst(2)).uppercased() }
            return try padded(Array(pairs.joined(separator: format.separator).utf8))
        }
    }

    private func number(_ text: String) throws(PatchError) -> UInt64 {
        guard let first = text.first, first.isNumber, let number = UInt64(text) else {
            throw .notANumber(rule: name, text: text)
        }
        return number
    }

    private func binary(_ number: UInt64) throws(PatchError) -> [UInt8] {
        let count = place.count
        guard count >= 8 || number >> UInt64(8 * count) == 0 else { throw tooLarge("\(number)") }
        let little = (0..<count).map { $0 < 8 ? UInt8(truncatingIfNeeded: number >> UInt64(8 * $0)) : 0 }
        return format.order == .little ? little : little.reversed()
    }

    private func packed(_ text: String) throws(PatchError) -> [UInt8] {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw .notANumber(rule: name, text: text)
        }
        guard text.utf8.count <= 2 * place.count else { throw tooLarge(text) }
        let digits =
            Array(repeating: UInt8(0), count: 2 * place.count - text.utf8.count) + text.utf8.map { $0 & 15 }
        let big = stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
        return format.order == .big ? big : big.reversed()
    }

    private func ascii(_ text: String) throws(PatchError) -> [UInt8] {
        guard text.utf8.allSatisfy({ (0x20...0x7e).contains($0) }) else {
            throw .notASCII(rule: name, text: text)
        }
        return Array(text.utf8)
    }

    private func digits(_ text: String) -> String {
        String(repeating: "0", count: max(0, (format.digits ?? 0) - text.count)) + text
    }

    private func ordered(_ bytes: [UInt8]) -> [UInt8] {
        format.order == .little ? bytes : bytes.reversed()
    }

    private func padded(_ bytes: [UInt8]) throws(PatchError) -> [UInt8] {
        guard bytes.count <= place.count else { throw tooLarge(String(decoding: bytes, as: UTF8.self)) }
        return bytes + Array(repeating: format.fill, count: place.count - bytes.count)
    }

    private func exactly(_ bytes: [UInt8]) throws(PatchError) -> [UInt8] {
        guard bytes.count == place.count else {
            throw .wrongLength(rule: name, bytes: bytes.count, place: place.count)
        }
        return bytes
    }

    private func tooLarge(_ value: String) -> PatchError {
        .tooLarge(rule: name, value: value, place: place.count)
    }
}
