// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Reads DWARF's encodings off a part of a file.
///
/// Past the end every read is nil, so that a caller can stop without a case for each field.
struct DWARFCursor {
    private let bytes: [UInt8]
    private(set) var position: Int
    private(set) var end: Int

    init(_ bytes: [UInt8], _ range: Range<Int>) {
        self.bytes = bytes
        let range = range.clamped(to: 0..<bytes.count)
        (position, end) = (range.lowerBound, range.upperBound)
    }

    /// A cursor over the next `count` bytes, which this one skips; nil when they are not there.
    mutating func take(_ count: UInt64) -> DWARFCursor? {
        guard count <= UInt64(end - position) else { return nil }
        let part = DWARFCursor(bytes, position..<position + Int(count))
        position += Int(count)
        return part
    }

    mutating func skip(_ count: UInt64) -> Bool { take(count) != nil }

    mutating func byte() -> UInt8? {
        guard position < end else { return nil }
        defer { position += 1 }
        return bytes[position]
    }

    /// A little-endian number of 1 to 8 bytes.
    mutating func unsigned(_ size: Int) -> UInt64? {
        guard (1...8).contains(size), size <= end - position else { return nil }
        let value = (0..<size).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64(bytes[position + $1]) }
        position += size
        return value
    }

    /// Unsigned LEB128; bits beyond 64 are dropped.
    mutating func leb() -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while let byte = byte() {
            if shift < 64 { value |= UInt64(byte & 0x7F) << shift }
            if byte & 0x80 == 0 { return value }
            shift &+= 7
        }
        return nil
    }

    /// Signed LEB128; bits beyond 64 are dropped.
    mutating func signedLEB() -> Int64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while let byte = byte() {
            if shift < 64 { value |= UInt64(byte & 0x7F) << shift }
            shift &+= 7
            if byte & 0x80 == 0 {
                if byte & 0x40 != 0, shift < 64 { value |= ~0 << shift }
                return Int64(bitPattern: value)
            }
        }
        return nil
    }

    /// A string that ends with NUL; longer ones than any path are cut.
    mutating func string() -> String? {
        let start = position
        while let byte = byte() {
            if byte == 0 {
                return String(decoding: bytes[start..<min(position - 1, start + 1024)], as: UTF8.self)
            }
        }
        return nil
    }
}
