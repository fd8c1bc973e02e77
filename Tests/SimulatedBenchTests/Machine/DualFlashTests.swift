// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import EmulatedCortexM
import Testing

@testable import SimulatedBench

/// Two chips as one memory (RM0399, QUADSPI dual-flash mode).
@Suite struct `Dual-flash mode` {
    private static let contents: [UInt8] = (0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ $0 >> 8) }
    private let board = Board {
        $0.board = .dual
        $0.flashContents = Self.contents
    }
    private var chips: [SerialFlash] { board.machine.chips }
    private func cells(_ chip: Int, _ range: Range<Int>) -> [UInt8] { range.map { chips[chip].array[$0] } }
    /// Even bytes, then odd ones.
    private func halves(_ bytes: [UInt8]) -> [[UInt8]] {
        (0..<2).map { start in stride(from: start, to: bytes.count, by: 2).map { bytes[$0] } }
    }
    private func waitWhileBusy() {
        board.wait(100_000) { board.command(0x05, read: 2).contains { $0 & 1 != 0 } }
    }

    @Test func `even bytes are those of bank 1, odd ones those of bank 2`() {
        #expect(cells(0, 0..<2048) == halves(Self.contents)[0])
        #expect(cells(1, 0..<2048) == halves(Self.contents)[1])
        #expect(board.machine.flashContents.prefix(4096) == Self.contents[...])
        #expect(board.machine.flashContents.count == 32 << 20)
    }

    @Test func `every read gives the bytes of both chips in turns`() {
        board.setUpQuadSPI(size: 24)
        let expected = Array(Self.contents[0x10..<0x30])
        #expect(board.command(0x9F, read: 6) == [0xEF, 0xEF, 0x40, 0x40, 0x18, 0x18])
        #expect(board.command(0x03, address: 0x10, read: 32) == expected)
        #expect(board.command(0x0B, address: 0x10, dummy: 8, read: 32) == expected)
        #expect(board.command(0xBB, address: 0x10, mode: 0xFF, lines: (1, 2, 2), read: 32) == expected)
        #expect(board.command(0x6B, address: 0x10, dummy: 8, lines: (1, 1, 4), read: 32) == expected)
        #expect(
            board.command(0xEB, address: 0x10, mode: 0xFF, dummy: 4, lines: (1, 4, 4), read: 32) == expected)
    }
    @Test func `the chips get half the address, which is even`() {
        board.setUpQuadSPI(size: 24)
        #expect(board.command(0x03, address: 0x101, read: 4) == Array(Self.contents[0x100..<0x104]))
        #expect(board[QSPI.ar] == 0x100)
    }
    @Test func `an odd number of bytes becomes even`() {
        board.setUpQuadSPI(size: 24)
        board[QSPI.dlr] = 4
        board[QSPI.ccr] = 0x03 | 1 << 8 | 1 << 10 | 2 << 12 | 1 << 24 | 1 << 26
        board[QSPI.ar] = 0
        board.elapse(100 * .microsecond)
        #expect(board[QSPI.sr] >> 8 & 0x3F == 6)
    }
    /// FSIZE means both chips together.
    @Test func `an address beyond both chips is an error`() {
        board.setUpQuadSPI(size: 24)
        board[QSPI.ccr] = 0x03 | 1 << 8 | 1 << 10 | 2 << 12 | 1 << 24 | 1 << 26
        board[QSPI.dlr] = 1
        board[QSPI.ar] = 32 << 20
        #expect(board[QSPI.sr] & 1 == 1)
        board[QSPI.fcr] = 1
        board[QSPI.ar] = (32 << 20) - 2
        board.elapse(100 * .microsecond)
        #expect(board[QSPI.sr] & 3 == 2)
    }

    @Test(arguments: [(0x02, 1), (0x32, 4)] as [(UInt8, UInt32)])
    func `a program reaches the cells of both chips`(opcode: UInt8, lines: UInt32) {
        board.setUpQuadSPI(size: 24)
        let bytes: [UInt8] = (0..<512).map { UInt8(truncatingIfNeeded: $0 &* 91 &+ $0 >> 8) }
        board.command(0x06)
        #expect(board.command(0x05, read: 2) == [2, 2])
        board.command(opcode, address: 0x4000, lines: (1, 1, lines), write: bytes)
        waitWhileBusy()
        #expect(cells(0, 0x2000..<0x2100) == halves(bytes)[0])
        #expect(cells(1, 0x2000..<0x2100) == halves(bytes)[1])
        #expect(board.command(0x03, address: 0x4000, read: 512) == bytes)
    }
    @Test func `an erase takes the same sector of both chips`() {
        board.setUpQuadSPI(size: 24)
        board.command(0x06)
        board.command(0x20, address: 0)
        waitWhileBusy()
        for chip in 0..<2 { #expect(cells(chip, 0..<4096).allSatisfy { $0 == 0xFF }) }
    }
    @Test func `a status of two bytes, one of each chip, ends the polling`() {
        board.setUpQuadSPI(size: 24)
        board.command(0x06)
        board.command(0x20, address: 0)
        chips[1].isStuckBusy = true
        board[QSPI.psmkr] = 0x0101
        board[QSPI.psmar] = 0
        board[QSPI.dlr] = 1
        board[QSPI.cr] |= 1 << 22
        board[QSPI.ccr] = 0x05 | 1 << 8 | 1 << 24 | 2 << 26
        board.elapse(2 * .second)
        #expect(board[QSPI.sr] & 0x28 == 0x20)
        #expect(board[QSPI.dr] & 0x0101 == 0x0100)
        chips[1].isStuckBusy = false
        board.elapse(1 * .millisecond)
        #expect(board[QSPI.sr] & 0x28 == 0x08)
        #expect(board[QSPI.dr] & 0xFFFF == 0)
    }
    @Test func `takes as many clocks for two bytes as one chip for one`() {
        board.setUpQuadSPI(prescaler: 3, size: 24)
        board[QSPI.dlr] = 15
        board[QSPI.ccr] = 0x03 | 1 << 8 | 1 << 10 | 2 << 12 | 1 << 24 | 1 << 26
        let start = board.machine.now
        board[QSPI.ar] = 0
        for _ in 0..<4 { _ = board.read(QSPI.dr, .word) }
        // Opcode, 24 address bits, 8 bytes of each chip at 16 MHz.
        #expect(board.machine.now - start == (32 + 64) * 62_500)
    }

    // MARK: The window

    private func map(size: UInt32 = 25) {
        board.setUpQuadSPI(size: size)
        board[QSPI.ccr] = 0x6B | 1 << 8 | 1 << 10 | 2 << 12 | 8 << 18 | 3 << 24 | 3 << 26
    }
    @Test func `the window gives bytes, halfwords and words at any address`() {
        map()
        for offset in [0, 1, 2, 3, 5, 100, 101, 7, 0] {
            let bytes = Self.contents[offset..<offset + 4].reversed().reduce(UInt32(0)) {
                $0 << 8 | UInt32($1)
            }
            let address = 0x9000_0000 + UInt32(offset)
            #expect(board.read(address, .byte) == bytes & 0xFF)
            if offset & 1 == 0 { #expect(board.read(address, .halfword) == bytes & 0xFFFF) }
            if offset & 3 == 0 { #expect(board.read(address) == bytes) }
        }
        let all = (0..<1024).map { board[0x9000_0000 + 4 * UInt32($0)] }
        #expect(
            all.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
                == Self.contents)
        // FLEVEL stays at 0, BUSY does not.
        #expect(board[QSPI.sr] & 0x3F20 == 0x20)
        board[QSPI.cr] |= 2
        #expect(board[QSPI.sr] & 0x3F20 == 0)
    }
    @Test func `the window ends where both chips do`() {
        map(size: 24)
        #expect(board.read(0x9000_0000 + 32 << 20) == nil)
        #expect(board.read(0x91FF_FF00) == 0xFFFF_FFFF)
    }

    // MARK: One chip at a time, and chips that are missing

    @Test func `each bank alone is a chip of its own`() {
        board.setUpQuadSPI()
        board[QSPI.cr] &= ~0xC0
        #expect(board.command(0x03, address: 8, read: 4) == Array(halves(Self.contents)[0][8..<12]))
        board[QSPI.cr] |= 0x80
        #expect(board.command(0x03, address: 8, read: 4) == Array(halves(Self.contents)[1][8..<12]))
        board.command(0x06)
        #expect(board.command(0x05, read: 1) == [2])
        board[QSPI.cr] &= ~0x80
        #expect(board.command(0x05, read: 1) == [0])
    }
    @Test(arguments: [(1, 0xFF), (2, 0xFF)] as [(Int, UInt8)])
    func `half of the memory floats when a chip is missing`(bank: Int, level: UInt8) {
        let board = Board {
            $0.board = .dual
            $0.flashContents = Self.contents
            $0.chipFaults[bank] = .absent
        }
        board.setUpQuadSPI(size: 24)
        let expected = Self.contents[0..<16].enumerated().map { $0 & 1 == bank - 1 ? level : $1 }
        #expect(board.command(0x03, address: 0, read: 16) == expected)
        #expect(board.machine.flashContents.prefix(16) == expected[...])
        let id = board.command(0x9F, read: 6)
        #expect(
            id == (bank == 1 ? [0xFF, 0xEF, 0xFF, 0x40, 0xFF, 0x18] : [0xEF, 0xFF, 0x40, 0xFF, 0x18, 0xFF]))
    }
    @Test func `a chip without supply holds its half low`() {
        let board = Board {
            $0.board = .dual
            $0.chipFaults[2] = .unpowered
        }
        board.setUpQuadSPI(size: 24)
        #expect(board.command(0x9F, read: 6) == [0xEF, 0, 0x40, 0, 0x18, 0])
    }
    @Test func `both chips draw their busy times for themselves`() {
        let board = Board {
            $0.board = .dual
            $0.busyTimes = .random
        }
        board.setUpQuadSPI(size: 24)
        board.command(0x06)
        board.command(0x20, address: 0)
        let ends = board.machine.chips.compactMap { $0.works[0].operation?.end }
        #expect(ends.count == 2)
        #expect(ends[0] != ends[1])
    }

    // MARK: One chip select for both

    @Test func `bank 1's chip select is enough for both chips`() {
        let board = Board {
            $0.board = .sharedSelect
            $0.flashContents = Self.contents
        }
        board.setUpQuadSPI(size: 24)
        #expect(board.command(0x03, address: 0x20, read: 16) == Array(Self.contents[0x20..<0x30]))
        // Bank 2 alone has none.
        board[QSPI.cr] = board[QSPI.cr] & ~0x40 | 0x80
        #expect(board.command(0x9F, read: 3) == [0xFF, 0xFF, 0xFF])
        // Bank 1 alone selects both; only the first gets bits that mean anything.
        board[QSPI.cr] &= ~0x80
        #expect(board.command(0x9F, read: 3) == [0xEF, 0x40, 0x18])
        board.command(0x06)
        board[QSPI.cr] |= 0x40
        #expect(board.command(0x05, read: 2) == [2, 0])
    }
    @Test func `a page cut off by an abort stays the same on both chips`() {
        board.setUpQuadSPI(prescaler: 255, size: 24)
        board.command(0x06)
        board[QSPI.dlr] = 31
        board[QSPI.ccr] = 0x02 | 1 << 8 | 1 << 10 | 2 << 12 | 1 << 24
        board[QSPI.ar] = 0x2000
        for byte in 0..<7 { board.write(QSPI.dr, UInt32(byte), .byte) }
        board.elapse(1 * .millisecond)
        // Six of seven bytes are across: the last one has no partner yet.
        #expect(board[QSPI.sr] >> 8 & 0x3F == 1)
        board[QSPI.cr] |= 2
        #expect(chips.map(\.selection.inputCount) == [3, 3])
    }
}
