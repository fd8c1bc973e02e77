// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The CRC-32 of IEEE 802.3, as zlib and Ethernet compute it (reflected, polynomial 0x04c11db7).
package struct CRC32: Hashable, Sendable {
    private var state: UInt32 = .max

    package init() {}

    package var value: UInt32 { ~state }

    package mutating func update(_ bytes: [UInt8]) { update(bytes.span) }

    package mutating func update(_ bytes: Span<UInt8>) {
        let table = Self.table.span
        var state = state
        for index in bytes.indices {
            state = table[Int((state ^ UInt32(bytes[index])) & 0xff)] ^ (state >> 8)
        }
        self.state = state
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 0 ? value >> 1 : 0xedb8_8320 ^ (value >> 1) }
    }
}
