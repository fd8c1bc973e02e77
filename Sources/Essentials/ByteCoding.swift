// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Appends little-endian integers to a growing byte buffer.
package struct ByteWriter {
    package private(set) var bytes: [UInt8] = []
    package init() {}
    package mutating func write<Integer: FixedWidthInteger>(_ value: Integer) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
    package mutating func write(contentsOf block: some Collection<UInt8>) { bytes.append(contentsOf: block) }
}

/// The bytes ended before the field that was being read.
package struct TruncatedBytes: Diagnosable {
    package let needed: Int, available: Int
    package init(needed: Int, available: Int) { (self.needed, self.available) = (needed, available) }
    package var code: String { "FMT-001" }
    /// Whatever is decoded here came from a probe.
    package var failureClass: FailureClass? { .probeFailed }
    package var summary: String { "needed \(needed) more bytes, \(available) left" }
}

/// Reads little-endian integers off borrowed bytes, never past their end.
package struct ByteReader: ~Escapable {
    private let bytes: Span<UInt8>
    private var offset = 0

    @_lifetime(copy bytes)
    package init(_ bytes: Span<UInt8>) { self.bytes = bytes }

    package var remaining: Int { bytes.count - offset }

    package mutating func read<Integer: FixedWidthInteger>(
        _: Integer.Type = Integer.self
    ) throws(TruncatedBytes) -> Integer {
        let size = MemoryLayout<Integer>.size
        guard remaining >= size else { throw TruncatedBytes(needed: size, available: remaining) }
        var value: Integer = 0
        for index in (offset..<offset + size).reversed() {
            value = value << 8 | Integer(truncatingIfNeeded: bytes[index])
        }
        offset += size
        return value
    }

    /// The next `count` bytes as they are.
    package mutating func readBytes(_ count: Int) throws(TruncatedBytes) -> [UInt8] {
        precondition(count >= 0, "a block has no negative length")
        guard remaining >= count else { throw TruncatedBytes(needed: count, available: remaining) }
        let block = bytes.extracting(offset..<offset + count).withUnsafeBufferPointer { Array($0) }
        offset += count
        return block
    }
}
