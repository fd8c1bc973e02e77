// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The lines of a text format, each with its number and without its line end.
struct RecordLines: Sequence, IteratorProtocol {
    private let bytes: [UInt8]
    private var position: Int
    private var number = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        position = bytes.starts(with: Self.byteOrderMark) ? Self.byteOrderMark.count : 0
    }

    /// Lines end with LF, CR LF or CR; spaces around a record are not part of it, nor are a DOS end-of-file mark and
    /// NULs behind it, with which some transfer programs fill up the last block.
    mutating func next() -> (number: Int, text: Range<Int>)? {
        guard position < bytes.count else { return nil }
        number += 1
        var (start, end) = (position, position)
        while end < bytes.count, bytes[end] != 0x0A, bytes[end] != 0x0D { end += 1 }
        position = end + 1
        if position < bytes.count, bytes[end] == 0x0D, bytes[position] == 0x0A { position += 1 }
        while start < end, Self.isBlank(bytes[start]) { start += 1 }
        while start < end, Self.isBlank(bytes[end - 1]) || Self.isPadding(bytes[end - 1]) { end -= 1 }
        return (number, start..<end)
    }

    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    private static func isPadding(_ byte: UInt8) -> Bool { byte == 0x1A || byte == 0 }

    /// The index of the first byte that is neither blank nor a line end.
    static func firstVisible(in bytes: [UInt8]) -> Int {
        var index = bytes.starts(with: byteOrderMark) ? byteOrderMark.count : 0
        while index < bytes.count, isBlank(bytes[index]) || bytes[index] == 0x0A || bytes[index] == 0x0D {
            index += 1
        }
        return index
    }
}

enum HexDigit {
    static func value(_ character: UInt8) -> UInt8? {
        switch character {
        case 0x30...0x39: character - 0x30
        case 0x41...0x46: character - 0x41 + 10
        case 0x61...0x66: character - 0x61 + 10
        default: nil
        }
    }

    /// Replaces the contents of `result` with the bytes that pairs of digits in `text` stand for.
    static func decode(
        _ text: Range<Int>, of bytes: [UInt8], into result: inout [UInt8]
    ) -> RecordProblem? {
        result.removeAll(keepingCapacity: true)
        guard text.count.isMultiple(of: 2) else { return .oddDigits }
        var index = text.lowerBound
        while index < text.upperBound {
            guard let high = value(bytes[index]) else { return .notHexadecimal(bytes[index]) }
            guard let low = value(bytes[index + 1]) else { return .notHexadecimal(bytes[index + 1]) }
            result.append(high << 4 | low)
            index += 2
        }
        return nil
    }
}
