// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Testing

@testable import FlashAgent

@Suite struct `Gathered pieces` {
    @Test func `leave erased bytes out at both ends, in whole units of error correction`() {
        var page = [UInt8](repeating: 0xFF, count: 256)
        (page[37], page[70]) = (1, 2)
        var pieces = GatheredPieces()
        #expect(pieces.append(page, at: 0x100, erased: 0xFF) == 0)
        #expect(Array(pieces.block.prefix(8)) == [0x20, 0x01, 0, 0, 48, 0, 0, 0])
        #expect(Array(pieces.block.dropFirst(8)) == Array(page[32..<80]))
    }

    @Test func `keep what begins within a unit, and what is all erased`() {
        var pieces = GatheredPieces()
        _ = pieces.append([0xFF, 5, 0xFF], at: 0x101, erased: 0xFF)
        #expect(pieces.block == [0x01, 0x01, 0, 0, 3, 0, 0, 0, 0xFF, 5, 0xFF, 0])
        _ = pieces.append([0xFF, 0xFF], at: 0x200, erased: 0xFF)
        #expect(pieces.count == 2 && pieces.block.suffix(12) == [0, 2, 0, 0, 2, 0, 0, 0, 0xFF, 0xFF, 0, 0])
    }

    @Test func `are full before they overrun their buffer`() {
        var pieces = GatheredPieces()
        #expect(!pieces.isFull(for: 256, room: 264))
        #expect(pieces.isFull(for: 257, room: 264))
        for number in 0..<16 { _ = pieces.append([1], at: UInt32(number), erased: 0xFF) }
        #expect(pieces.isFull(for: 1, room: 1 << 16))
    }
}
