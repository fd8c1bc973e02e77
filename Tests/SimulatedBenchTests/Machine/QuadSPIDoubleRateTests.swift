// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import EmulatedCortexM
import Testing

@testable import SimulatedBench

/// DDRM (RM0399, QUADSPI double-data-rate mode and QUADSPI_CCR; QUADSPI_CR for SSHIFT).
@Suite struct `QUADSPI at double rate` {
    private static let contents: [UInt8] = (0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ $0 >> 8) }
    private static let doubleRate: UInt32 = 3 << 30

    private static func board(_ part: String = "mt25ql512ab") -> Board {
        let board = Board {
            for index in $0.board.chips.indices { $0.board.chips[index].flash = part }
            $0.flashContents = contents
        }
        board.setUpQuadSPI(prescaler: 3, size: 25)
        board[QSPI.cr] &= ~0x10
        return board
    }
    /// EDh with three bytes of address on four lines.
    private static let quad =
        UInt32(0xED) | 1 << 8 | 3 << 10 | 2 << 12 | 8 << 18 | 3 << 24 | 1 << 26 | doubleRate
    private static func read(_ board: Board, _ ccr: UInt32, at address: UInt32, _ count: Int) -> [UInt8] {
        board[QSPI.dlr] = UInt32(count - 1)
        board[QSPI.ccr] = ccr
        board[QSPI.ar] = address
        let bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: board.read(QSPI.dr, .byte) ?? 0) }
        board[QSPI.fcr] = 0x1B
        return bytes
    }

    @Test func `reads what the flash drives on both edges`() {
        let board = Self.board()
        let expected = Array(Self.contents[0x123..<0x143])
        #expect(Self.read(board, Self.quad, at: 0x123, 32) == expected)
        // On one line: 0Dh, six dummy clocks.
        let single = UInt32(0x0D) | 1 << 8 | 1 << 10 | 2 << 12 | 6 << 18 | 1 << 24 | 1 << 26 | Self.doubleRate
        #expect(Self.read(board, single, at: 0x123, 32) == expected)
    }
    @Test func `takes half the clocks for all but the opcode and the dummy clocks`() {
        let board = Self.board()
        board[QSPI.dlr] = 15
        board[QSPI.ccr] = Self.quad
        let start = board.machine.now
        board[QSPI.ar] = 0
        for _ in 0..<4 { _ = board.read(QSPI.dr, .word) }
        // 8 of opcode, 3 of address, 8 dummy clocks, 16 bytes, at 16 MHz.
        #expect(board.machine.now - start == (8 + 3 + 8 + 16) * 62_500)
    }
    @Test(arguments: [7, 9] as [UInt32])
    func `gives bytes that are shifted by a whole byte for a dummy clock too few or too many`(dummy: UInt32) {
        let board = Self.board()
        let bytes = Self.read(board, Self.quad & ~(31 << 18) | dummy << 18, at: 0x100, 8)
        if dummy == 9 {
            #expect(bytes == Array(Self.contents[0x101..<0x109]))
        } else {
            // In the first clock nobody drives the lines.
            #expect(Array(bytes.dropFirst()) == Array(Self.contents[0x100..<0x107]))
        }
    }
    @Test func `takes the nibbles of the next edges with SSHIFT, which must be 0`() {
        let board = Self.board()
        board[QSPI.cr] |= 0x10
        let nibbles = Self.contents[0x100..<0x10A].flatMap { [$0 >> 4, $0 & 15] }
        let expected = (0..<8).map { nibbles[2 * $0 + 1] << 4 | nibbles[2 * $0 + 2] }
        #expect(Self.read(board, Self.quad, at: 0x100, 8) == expected)
    }
    @Test func `takes every other nibble without DDRM, which ones depends on SSHIFT`() {
        let board = Self.board()
        let nibbles = Self.contents[0..<32].flatMap { [$0 >> 4, $0 & 15] }
        // Four clocks of address and dummy clocks pass as the part's dummy clocks.
        let plain = Self.quad & ~(Self.doubleRate | 31 << 18) | 5 << 18
        let early = Self.read(board, plain, at: 0, 4)
        #expect(early == (0..<4).map { nibbles[4 * $0] << 4 | nibbles[4 * $0 + 2] })
        board[QSPI.cr] |= 0x10
        let late = Self.read(board, plain, at: 0, 4)
        #expect(late == (0..<4).map { nibbles[4 * $0 + 1] << 4 | nibbles[4 * $0 + 3] })
    }
    @Test func `gets each level twice from an instruction at single rate`() {
        let board = Self.board()
        // 6Bh with its address on one line: of two bits in a clock the flash takes the first, and the half that is missing from the
        // clocks that follow, in which the line is high: FFFh, the last of the cells that hold something.
        let ccr = UInt32(0x6B) | 1 << 8 | 1 << 10 | 2 << 12 | 20 << 18 | 3 << 24 | 1 << 26 | Self.doubleRate
        let last = Self.contents[0xFFF]
        let twice = [last >> 4, last & 15].map { $0 << 4 | $0 }
        #expect(Self.read(board, ccr, at: 0, 4) == twice + [0xFF, 0xFF])
    }
    @Test func `has no right bytes above the flash's own limit for both edges`() {
        let board = Board {
            for index in $0.board.chips.indices { $0.board.chips[index].flash = "w25q128jv-im" }
            $0.flashContents = Self.contents
        }
        board.setUpQuadSPI(size: 23)
        board.command(0x06)
        board.command(0x31, write: [2])
        board.waitWhileBusy()
        board[QSPI.cr] &= ~(0xFF << 24 | 0x10)
        board[QSPI.abr] = 0xFF
        let ccr = Self.quad & ~(31 << 18) | 7 << 18 | 3 << 14
        // 64 MHz: the samples are half a clock behind the edges, which is too early for this flash.
        #expect(Self.read(board, ccr, at: 0, 32) != Array(Self.contents[0..<32]))
        board[QSPI.cr] |= 1 << 24
        #expect(Self.read(board, ccr, at: 0, 32) == Array(Self.contents[0..<32]))
    }
    @Test func `shows the flash in the window`() {
        let board = Self.board()
        board[QSPI.ccr] = Self.quad & ~(3 << 26) | 3 << 26
        for offset in [0, 1, 2, 3, 5, 100, 101, 7, 0] {
            #expect(board.read(0x9000_0000 + UInt32(offset), .byte) == UInt32(Self.contents[offset]))
        }
    }
    @Test func `reads two chips in turns, by indirect reads and in the window`() {
        let board = Board {
            $0.board = .dual
            for index in $0.board.chips.indices { $0.board.chips[index].flash = "mt25tl01g" }
            $0.flashContents = Self.contents
        }
        board.setUpQuadSPI(prescaler: 3, size: 26)
        board[QSPI.cr] &= ~0x10
        let ccr = Self.quad & ~(0xFF | 3 << 12) | 0xEE | 3 << 12
        #expect(Self.read(board, ccr, at: 0x120, 32) == Array(Self.contents[0x120..<0x140]))
        board[QSPI.ccr] = ccr & ~(3 << 26) | 3 << 26
        for offset in [0, 1, 2, 3, 5, 100, 101, 7, 0] {
            #expect(board.read(0x9000_0000 + UInt32(offset), .byte) == UInt32(Self.contents[offset]))
        }
    }
    @Test func `programs a flash that takes data on both edges`() {
        let board = Self.board()
        board.command(0x06)
        board.command(0x61, write: [0xDF])
        board.command(0x06)
        let bytes: [UInt8] = [0x12, 0x34, 0x56, 0x78]
        board[QSPI.dlr] = 3
        board[QSPI.ccr] = 0x02 | 1 << 8 | 1 << 10 | 2 << 12 | 1 << 24 | Self.doubleRate
        board[QSPI.ar] = 0x2000
        for byte in bytes { board.write(QSPI.dr, UInt32(byte), .byte) }
        board.wait(100) { board[QSPI.sr] & 0x20 != 0 }
        board.machine.chips[0].finish()
        #expect((0..<4).map { board.machine.chips[0].array[0x2000 + $0] } == bytes)
    }
}
