// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// What a flash says of itself in its serial flash discoverable parameters (JESD216 §6).
package struct DiscoverableParameters: Hashable, Sendable {
    package struct Erase: Hashable, Sendable {
        /// Bytes.
        package var size: UInt64
        package var instruction: UInt8
    }
    /// Of the basic parameter table.
    package var major: UInt8
    package var minor: UInt8
    /// Bytes.
    package var size: UInt64
    /// Bytes; nil before JESD216A.
    package var page: UInt32?
    package var erases: [Erase]

    /// Bytes from the start of the parameter space that hold header and basic table of every flash known.
    package static let usualSize = 256

    private static let signature: UInt32 = 0x5044_4653
    private static let headerSize = 16

    /// - Returns: nil when the bytes are no parameters, or the basic table is not among them.
    package init?(_ bytes: [UInt8]) {
        do {
            var header = ByteReader(bytes.span)
            guard try header.read(UInt32.self) == Self.signature else { return nil }
            _ = try header.read(UInt32.self)
            guard try header.read(UInt8.self) == 0 else { return nil }
            minor = try header.read()
            major = try header.read()
            let words = Int(try header.read(UInt8.self))
            let pointer = Int(try header.read(UInt32.self) & 0xFF_FFFF)
            guard words >= 9, pointer >= Self.headerSize, pointer + words * 4 <= bytes.count else {
                return nil
            }
            var table = ByteReader(bytes[pointer..<pointer + words * 4].span)
            var dwords: [UInt32] = []
            for _ in 0..<words { dwords.append(try table.read()) }
            guard let size = Self.size(density: dwords[1]) else { return nil }
            self.size = size
            erases = [dwords[7], dwords[7] >> 16, dwords[8], dwords[8] >> 16].compactMap(Self.erase)
            page = words >= 11 ? 1 << (dwords[10] >> 4 & 15) : nil
        } catch {
            return nil
        }
    }

    /// Second word: one less than the number of bits, or its exponent.
    private static func size(density: UInt32) -> UInt64? {
        if density >> 31 == 0 { return (UInt64(density) + 1) / 8 }
        let exponent = density & 0x7FFF_FFFF
        return (3..<63).contains(exponent) ? 1 << UInt64(exponent - 3) : nil
    }
    /// Eighth and ninth word: exponent of the size and instruction, four times; an exponent of 0 is none.
    private static func erase(_ half: UInt32) -> Erase? {
        let exponent = half & 0xFF
        guard (1..<40).contains(exponent) else { return nil }
        return Erase(size: 1 << UInt64(exponent), instruction: UInt8(truncatingIfNeeded: half >> 8))
    }
}
