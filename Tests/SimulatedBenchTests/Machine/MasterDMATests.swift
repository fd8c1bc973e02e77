// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import EmulatedCortexM
import Testing

@testable import SimulatedBench

/// MDMA with the QUADSPI's requests (RM0399, MDMA controller).
@Suite struct `MDMA` {
    private static let contents: [UInt8] = (0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ $0 >> 8) }
    private static let buffer: UInt32 = 0x2400_2000
    private let board = Board { $0.flashContents = contents }
    /// Channel 3.
    private static let channel: UInt32 = 0x5200_0000 + 0x40 * 4
    private var flags: UInt32 { board[Self.channel] & 0x1F }

    init() {
        board.setUpQuadSPI()
        board[RCC.ahb3enr] |= 1
    }
    /// `transfer`: CxTCR; `trigger`: TSEL.
    private func start(
        _ transfer: UInt32, from source: UInt32, to target: UInt32, _ count: UInt32, trigger: UInt32 = 0,
        control: UInt32 = 0
    ) {
        board[Self.channel + 0x10] = transfer
        board[Self.channel + 0x14] = count
        board[Self.channel + 0x18] = source
        board[Self.channel + 0x1C] = target
        board[Self.channel + 0x28] = trigger
        board[Self.channel + 0x0C] = control | 1
    }
    private func memory(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: board.read(Self.buffer + UInt32($0), .byte) ?? 0) }
    }
    /// As a HAL sets it up: a buffer of `buffer` bytes for each request, bytes to or from a register that stands still.
    private static func fromRegister(buffer: UInt32) -> UInt32 { 2 << 2 | (buffer - 1) << 18 }
    private static func toRegister(buffer: UInt32) -> UInt32 { 2 | (buffer - 1) << 18 }

    @Test func `moves a block of memory on request of software`() {
        for place in 0..<16 { board.write(Self.buffer + 0x100 + UInt32(place), UInt32(place + 1), .byte) }
        // Words, both ends moving, a block for a request, SWRM.
        let words: UInt32 = 2 | 2 << 2 | 2 << 4 | 2 << 6 | 2 << 8 | 2 << 10 | 3 << 18 | 1 << 28 | 1 << 30
        start(words, from: Self.buffer + 0x100, to: Self.buffer, 16)
        #expect(flags == 0)
        board[Self.channel + 0x0C] = 1 | 1 << 16
        #expect(memory(16) == (1...16).map { UInt8($0) })
        #expect(flags == 0x1E)
        #expect(board[Self.channel + 0x0C] & 1 == 0)
        #expect(board[0x5200_0000] == 1 << 3)
        board[Self.channel + 4] = 0x1F
        #expect(flags == 0 && board[0x5200_0000] == 0)
    }
    @Test(arguments: [1, 4, 16, 128] as [UInt32])
    func `brings what the QUADSPI receives into memory, at the wire's speed`(buffer: UInt32) {
        board[QSPI.cr] |= 3 << 8
        start(Self.fromRegister(buffer: buffer), from: QSPI.dr, to: Self.buffer, 300, trigger: 22)
        board[QSPI.dlr] = 299
        board[QSPI.ccr] = 0x03 | 1 << 8 | 1 << 10 | 2 << 12 | 1 << 24 | 1 << 26
        let begin = board.machine.now
        board[QSPI.ar] = 0x10
        #expect(flags & 2 == 0)
        board.wait(1000, step: 1 * .microsecond) { flags & 2 == 0 }
        // 32 clocks of header and 2400 of data at 32 MHz.
        #expect((board.machine.now - begin) / .microsecond == 76)
        #expect(memory(300) == Array(Self.contents[0x10..<0x10 + 300]))
        #expect(flags == 0x1E && board[QSPI.sr] & 0x22 == 2)
    }
    @Test func `feeds what the QUADSPI sends`() {
        let bytes: [UInt8] = (0..<256).map { UInt8(truncatingIfNeeded: $0 &* 91 &+ 5) }
        for (place, byte) in bytes.enumerated() {
            board.write(Self.buffer + UInt32(place), UInt32(byte), .byte)
        }
        board.command(0x06)
        board[QSPI.cr] |= 3 << 8
        board[QSPI.dlr] = 255
        board[QSPI.ccr] = 0x02 | 1 << 8 | 1 << 10 | 2 << 12 | 1 << 24
        board[QSPI.ar] = 0x4000
        start(Self.toRegister(buffer: 16), from: Self.buffer, to: QSPI.dr, 256, trigger: 22)
        board.wait(1000, step: 10 * .microsecond) { board[QSPI.sr] & 2 == 0 }
        #expect(flags == 0x1E)
        board[QSPI.fcr] = 0x1B
        board.waitWhileBusy()
        #expect(board.command(0x03, address: 0x4000, read: 256) == bytes)
    }
    @Test func `raises its interrupt as the channel allows`() {
        board.haltAtReset()
        board.setUpQuadSPI()
        board[RCC.ahb3enr] |= 1
        start(Self.fromRegister(buffer: 4), from: QSPI.dr, to: Self.buffer, 3, trigger: 22, control: 1 << 2)
        board[QSPI.dlr] = 2
        board[QSPI.ccr] = 0x9F | 1 << 8 | 1 << 24 | 1 << 26
        board.elapse(100 * .microsecond)
        #expect(memory(3) == [0xEF, 0x40, 0x18])
        // NVIC_ISPR3, interrupt 122.
        #expect(board.value(0xE000_E20C, port: 0) >> 26 & 1 == 1)
    }
    @Test func `tells a bus error, with the address's low bits`() {
        let transfer: UInt32 = 2 | 2 << 2 | 1 << 28 | 1 << 30
        start(transfer, from: 0x3000_0000 + 0x0FFF_FF23, to: Self.buffer, 4)
        board[Self.channel + 0x0C] = 1 | 1 << 16
        #expect(flags == 1)
        #expect(board[Self.channel + 8] == 0xA3)
        #expect(board[Self.channel + 0x0C] & 1 == 0)
    }
    @Test func `goes on with the next block of a list`() {
        let list = Self.buffer + 0x200
        let transfer: UInt32 = 2 | 2 << 2 | 3 << 28 | 1 << 30
        for (place, word) in [transfer, 2, Self.buffer + 0x100, Self.buffer + 2, 0, 0, 0, 0, 0, 0]
            .enumerated()
        {
            board[list + 4 * UInt32(place)] = word
        }
        board[Self.buffer + 0x100] = 0x0000_BBAA
        board[Self.channel + 0x24] = list
        start(transfer, from: Self.buffer + 0x100, to: Self.buffer, 2)
        board[Self.channel + 0x0C] = 1 | 1 << 16
        #expect(memory(4) == [0xAA, 0xBB, 0xAA, 0xBB])
        #expect(flags == 0x1E)
    }
    @Test(arguments: [0, 2] as [UInt32])
    func `comes to no end with a list that leads back to itself, and holds nobody up`(count: UInt32) {
        let list = Self.buffer + 0x200
        let transfer: UInt32 = 2 | 2 << 2 | 3 << 28 | 1 << 30
        for (place, word) in [transfer, count, Self.buffer + 0x100, Self.buffer, 0, list, 0, 0, 0, 0]
            .enumerated()
        {
            board[list + 4 * UInt32(place)] = word
        }
        board[Self.buffer + 0x100] = 0x0000_BBAA
        board[Self.channel + 0x24] = list
        start(transfer, from: Self.buffer + 0x100, to: Self.buffer, count)
        board[Self.channel + 0x0C] = 1 | 1 << 16
        #expect(flags & 0x1E == 0x0C || flags & 0x1E == 0x1C)
        #expect(board[Self.channel + 0x0C] & 1 == 1)
        // Disabled, it works again.
        board[Self.channel + 0x0C] = 0
        board[Self.channel + 4] = 0x1F
        board[Self.channel + 0x24] = 0
        start(2 | 2 << 2 | 1 << 28 | 1 << 30, from: Self.buffer + 0x100, to: Self.buffer + 8, 2)
        board[Self.channel + 0x0C] = 1 | 1 << 16
        #expect(flags & 2 == 2)
    }
    @Test func `has no clock, no effect`() {
        board[RCC.ahb3enr] &= ~1
        start(0, from: 0, to: 0, 1)
        #expect(board[Self.channel + 0x0C] == 0)
    }
}
