// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// A zip file with stored entries, or deflated ones whose blocks are stored; any of its numbers can be wrong.
package struct SyntheticZip {
    package struct Entry {
        package var name: String
        package var contents: [UInt8]
        package var method: UInt16 = 8
        package var flags: UInt16 = 0
        /// Nil: the right ones.
        package var size: UInt32?
        package var packedSize: UInt32?
        package var checksum: UInt32?
        package var offset: UInt32?

        package init(_ name: String, _ contents: [UInt8]) { (self.name, self.contents) = (name, contents) }
    }
    package var entries: [Entry] = []
    package var comment: [UInt8] = []
    /// Nil: as many as there are.
    package var count: UInt16?

    package init(_ entries: [Entry] = []) { self.entries = entries }

    package func encode() -> [UInt8] {
        var bytes: [UInt8] = []
        var directory: [UInt8] = []
        for entry in entries {
            let offset = entry.offset ?? UInt32(bytes.count)
            let data = entry.method == 8 ? Self.deflated(entry.contents) : entry.contents
            let name = Array(entry.name.utf8)
            let sums =
                le(entry.checksum ?? Self.checksum(entry.contents))
                + le(entry.packedSize ?? UInt32(data.count)) + le(entry.size ?? UInt32(entry.contents.count))
            let common = le(UInt16(20)) + le(entry.flags) + le(entry.method) + le(UInt32(0)) + sums
            bytes += [0x50, 0x4B, 3, 4] + common + le(UInt16(name.count)) + le(UInt16(0)) + name + data
            directory +=
                [0x50, 0x4B, 1, 2] + le(UInt16(20)) + common + le(UInt16(name.count)) + le(UInt16(0))
            directory += le(UInt16(0)) + le(UInt16(0)) + le(UInt16(0)) + le(UInt32(0)) + le(offset) + name
        }
        let number = count ?? UInt16(entries.count)
        let start = UInt32(bytes.count)
        bytes += directory
        bytes += [0x50, 0x4B, 5, 6] + le(UInt32(0)) + le(number) + le(number) + le(UInt32(directory.count))
        return bytes + le(start) + le(UInt16(comment.count)) + comment
    }

    /// RFC 1951 §3.2.4: blocks of up to 65535 bytes as they are.
    package static func deflated(_ contents: [UInt8]) -> [UInt8] {
        var packed: [UInt8] = []
        var rest = contents[...]
        repeat {
            let block = rest.prefix(0xFFFF)
            rest = rest.dropFirst(block.count)
            let count = UInt16(block.count)
            packed += [rest.isEmpty ? 1 : 0] + le(count) + le(~count) + block
        } while !rest.isEmpty
        return packed
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(UInt32.max) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in sum >> 1 ^ (sum & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
    }
}

private func le<Number: FixedWidthInteger>(_ value: Number) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
}
