// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Writes an image as a file of any format that keeps addresses, or as a raw binary.
package struct ImageWriter: Hashable, Sendable {
    /// What fills gaps in a raw binary: what erased flash reads.
    package var fill: UInt8 = 0xFF
    /// Data bytes in a text record; 16 is what every tool reads.
    package var bytesPerLine = 16
    /// Largest raw binary.
    package var binaryLimit: UInt64 = 1 << 28

    package init() {}

    package func encode(_ image: FirmwareImage, as format: ImageFormat) throws(ImageError) -> [UInt8] {
        switch format {
        case .binary: try binary(image)
        case .intelHex: try intelHex(image)
        case .sRecord: try sRecord(image)
        case .elf: try elf(image)
        case .uf2: try uf2(image)
        }
    }

    /// From the first byte to the last.
    private func binary(_ image: FirmwareImage) throws(ImageError) -> [UInt8] {
        guard let span = image.span else { return [] }
        guard UInt64(span.count) <= binaryLimit else {
            throw .spanTooLarge(count: UInt64(span.count), limit: binaryLimit)
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(span.count)
        for segment in image.segments {
            let gap = Int(UInt64(segment.address) - span.lowerBound) - bytes.count
            bytes += repeatElement(fill, count: gap)
            bytes += segment.bytes
        }
        return bytes
    }

    /// Calls `body` with each piece of at most `limit` bytes that does not cross a multiple of `boundary`.
    func forEachPiece(
        of image: FirmwareImage, limit: Int, boundary: Int = 1 << 16,
        _ body: (UInt32, ArraySlice<UInt8>) throws(ImageError) -> Void
    ) throws(ImageError) {
        for segment in image.segments {
            var offset = 0
            while offset < segment.bytes.count {
                let address = Int(segment.address) + offset
                let room = min(limit, boundary - address % boundary, segment.bytes.count - offset)
                try body(UInt32(truncatingIfNeeded: address), segment.bytes[offset..<offset + room])
                offset += room
            }
        }
    }
}

/// Appends bytes as upper-case hexadecimal text with a running sum.
struct HexText {
    private(set) var bytes: [UInt8] = []
    private(set) var sum: UInt8 = 0

    private static let digits = Array("0123456789ABCDEF".utf8)

    mutating func begin(_ mark: StaticString) {
        mark.withUTF8Buffer { bytes.append(contentsOf: $0) }
        sum = 0
    }
    mutating func put(_ byte: UInt8) {
        bytes.append(Self.digits[Int(byte >> 4)])
        bytes.append(Self.digits[Int(byte & 0xF)])
        sum &+= byte
    }
    /// The low `count` bytes of a number, highest first.
    mutating func put(_ number: UInt32, bytes count: Int) {
        for index in (0..<count).reversed() { put(UInt8(truncatingIfNeeded: number >> UInt32(8 * index))) }
    }
    mutating func endLine(checksum: UInt8) {
        put(checksum)
        bytes.append(0x0A)
    }
}
