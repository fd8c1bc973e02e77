// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugAccess
import Essentials

/// Small pieces here and there that one command of the agent programs: each alone would cost more than its page takes.
struct GatheredPieces {
    /// As the agent reads them: address in the flash, bytes, and the data up to a multiple of four.
    private(set) var block: [UInt8] = []
    private(set) var count = 0

    /// Larger ones go alone.
    static let largestPiece = 512
    /// A queue of few long commands would leave link or flash without work.
    private static let mostPieces = 16
    /// Erased bytes at both ends are left out, except for those that share a unit of error correction with others.
    private static let correctedUnit = 16

    /// Whether the next piece belongs to the next command.
    func isFull(for next: Int, room: Int) -> Bool {
        count == Self.mostPieces || block.count + 8 + (next + 3) & ~3 > room
    }

    /// - Returns: which of the pieces it is.
    mutating func append(_ bytes: [UInt8], at offset: UInt32, erased: UInt8) -> Int {
        let isErased = { (byte: UInt8) in byte == erased }
        let unit = Self.correctedUnit
        var bounds = 0..<bytes.count
        if Int(offset) % unit == 0, let first = bytes.firstIndex(where: { !isErased($0) }),
            let last = bytes.lastIndex(where: { !isErased($0) })
        {
            bounds = first / unit * unit..<min(bytes.count, (last / unit + 1) * unit)
        }
        block += (offset + UInt32(bounds.lowerBound)).littleEndianBytes
        block += UInt32(bounds.count).littleEndianBytes
        block += bytes[bounds]
        block += [UInt8](repeating: 0, count: -bounds.count & 3)
        count += 1
        return count - 1
    }
}
