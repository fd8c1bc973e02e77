// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Testing

@testable import SimulatedBench

@Suite struct `QUADSPI` {
    static let contents: [UInt8] = (0..<1024).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ $0 >> 8) }
    let board = Board { $0.flashContents = `QUADSPI`.contents }

    @Test func `reads in every mode the flash has`() {
        board.setUpQuadSPI()
        let expected = Array(Self.contents[0x10..<0x30])
        #expect(board.command(0x9F, read: 3) == [0xEF, 0x40, 0x18])
        #expect(board.command(0x03, address: 0x10, read: 32) == expected)
        #expect(board.command(0x0B, address: 0x10, dummy: 8, read: 32) == expected)
        #expect(board.command(0x3B, address: 0x10, dummy: 8, lines: (1, 1, 2), read: 32) == expected)
        #expect(board.command(0xBB, address: 0x10, mode: 0xFF, lines: (1, 2, 2), read: 32) == expected)
        #expect(board.command(0x6B, address: 0x10, dummy: 8, lines: (1, 1, 4), read: 32) == expected)
        #expect(
            board.command(0xEB, address: 0x10, mode: 0xFF, dummy: 4, lines: (1, 4, 4), read: 32) == expected)
    }

    @Test func `a wrong number of dummy clocks shifts the data`() {
        board.setUpQuadSPI()
        let right = board.command(0x0B, address: 0, dummy: 8, read: 4)
        let late = board.command(0x0B, address: 0, dummy: 9, read: 4)
        let value = right.reduce(UInt64(0)) { $0 << 8 | UInt64($1) } << 8 | UInt64(Self.contents[4])
        let shifted = (0..<4).map { UInt8(truncatingIfNeeded: value >> (31 - 8 * UInt64($0))) }
        #expect(late == shifted)
    }
}
