// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import EmulatedCortexM
import Testing

@testable import SimulatedBench

/// Automatic status polling, and memory-mapped mode (RM0399 §24.3; ES0392).
@Suite struct `QUADSPI polling and mapping` {
    static let contents: [UInt8] = (0..<1024).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ $0 >> 8) }
    let board = Board { $0.flashContents = Self.contents }
    private var status: UInt32 { board[QSPI.sr] }

    // MARK: Polling

    private func poll(
        _ opcode: UInt32 = 0x05, mask: UInt32, match: UInt32, control: UInt32 = 0, interval: UInt32 = 0x10,
        bytes: UInt32 = 1
    ) {
        board[QSPI.cr] = board[QSPI.cr] & ~0x00C0_0000 | control
        (board[QSPI.psmkr], board[QSPI.psmar], board[QSPI.pir]) = (mask, match, interval)
        board[QSPI.dlr] = bytes - 1
        board[QSPI.ccr] = opcode | 1 << 8 | 1 << 24 | 2 << 26
    }
    private func startErase() {
        board.command(0x06)
        board.command(0x20, address: 0x8000)
    }

    @Test func `polls until the masked bits match and then stops with APMS`() {
        board.setUpQuadSPI()
        startErase()
        poll(mask: 1, match: 0, control: 1 << 22)
        board.elapse(44 * .millisecond)
        #expect(status & 0x28 == 0x20)
        board.elapse(2 * .millisecond)
        #expect(status & 0x28 == 8)
        #expect(board.command(0x05, read: 1) == [0])
    }
    @Test func `goes on polling without APMS, and raises SMF at each match`() {
        board.setUpQuadSPI()
        poll(mask: 1, match: 0)
        board.elapse(10 * .microsecond)
        #expect(status & 0x28 == 0x28)
        board[QSPI.fcr] = 8
        #expect(status & 8 == 0)
        board.elapse(10 * .microsecond)
        #expect(status & 0x28 == 0x28)
        board[QSPI.cr] |= 2
        #expect(status & 0x20 == 0)
    }
    @Test(
        arguments: [(0x0E, 0x02, false, true), (0x03, 0x01, false, false), (0x03, 0x01, true, false)]
            + [(0x03, 0x02, false, true), (0x83, 0x01, true, true), (0x83, 0x81, true, false)]
            as [(UInt32, UInt32, Bool, Bool)])
    func `matches all masked bits, or any with PMM`(mask: UInt32, match: UInt32, any: Bool, matches: Bool) {
        board.setUpQuadSPI()
        // SR1 = 02h.
        board.command(0x06)
        poll(mask: mask, match: match, control: any ? 1 << 23 : 0)
        board.elapse(100 * .microsecond)
        #expect((status & 8 != 0) == matches)
    }
    @Test func `compares as many bytes as DLR says, the first lowest`() {
        board.setUpQuadSPI()
        poll(0x9F, mask: 0xFF_FFFF, match: 0x18_40EF, control: 1 << 22, bytes: 3)
        board.elapse(100 * .microsecond)
        #expect(status & 8 == 8)
        #expect(board.read(QSPI.dr, .word) == 0x18_40EF)
    }
    @Test func `status polling: FTF rises with each status that was read, and falls when DR is read`() {
        board.setUpQuadSPI(prescaler: 63)
        poll(mask: 1, match: 1, interval: 1000)
        board.elapse(100 * .microsecond)
        #expect(status & 4 == 4)
        #expect(board.read(QSPI.dr, .byte) == 0)
        #expect(status & 0x24 == 0x20)
        board.elapse(1020 * .microsecond)
        #expect(status & 4 == 4)
    }
    @Test func `sending the instruction only once: polls after the first one leave it out`() {
        board.setUpQuadSPI()
        (board[QSPI.psmkr], board[QSPI.psmar], board[QSPI.pir], board[QSPI.dlr]) = (0xFF, 0xEF, 0x10, 0)
        // The first poll asks with 9Fh; what follows has no instruction, and the flash takes the clocks for FFh.
        board[QSPI.cr] &= ~0x00C0_0000
        board[QSPI.ccr] = 0x9F | 1 << 8 | 1 << 24 | 2 << 26 | 1 << 28
        board.elapse(1 * .microsecond)
        #expect(status & 8 == 8)
        board[QSPI.fcr] = 8
        board.elapse(100 * .microsecond)
        #expect(status & 0x28 == 0x20)
    }
    @Test func `waits PIR clocks between polls`() {
        board.setUpQuadSPI(prescaler: 63)
        // 1 MHz: 16 clocks a poll, 4 of chip select high, 1000 between: the erase ends during the 44th wait.
        startErase()
        poll(mask: 1, match: 0, control: 1 << 22, interval: 1000)
        let start = board.machine.now
        while status & 8 == 0 { board.elapse(1 * .microsecond) }
        let time = (board.machine.now - start) / .microsecond
        #expect((time - 16) % 1020 <= 2)
        #expect((44_000...46_000 as ClosedRange<Picoseconds>).contains(time))
    }
    @Test func `calls the core when the match comes`() {
        board.setUpQuadSPI(control: 1 << 19)
        startErase()
        poll(mask: 1, match: 0, control: 1 << 22)
        board.halt()
        board.elapse(40 * .millisecond)
        // NVIC ISPR2: QUADSPI is interrupt 92.
        #expect(board.value(0xE000_E208, port: 0) >> 28 & 1 == 0)
        board.elapse(6 * .millisecond)
        #expect(board.value(0xE000_E208, port: 0) >> 28 & 1 == 1)
    }

    // MARK: Memory-mapped mode

    private func map(_ size: UInt32 = 23, control: UInt32 = 0) {
        board.setUpQuadSPI(size: size, control: control)
        board[QSPI.abr] = 0xFF
        board[QSPI.ccr] = 0xEB | 1 << 8 | 3 << 10 | 2 << 12 | 3 << 14 | 4 << 18 | 3 << 24 | 3 << 26
    }
    private func word(_ address: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(Self.contents[address + $1]) << (8 * UInt32($1)) }
    }

    @Test func `maps the flash, in any order and width`() {
        map()
        #expect(status & 0x20 == 0)
        for address in [0, 4, 8, 0x100, 0x104, 0x40, 0x42, 0x41, 0x200] {
            #expect(board.read(0x9000_0000 + UInt32(address)) == word(address), "\(address)")
        }
        #expect(board.read(0x9000_0011, .byte) == UInt32(Self.contents[0x11]))
        #expect(board.read(0x9000_0012, .halfword) == word(0x12) & 0xFFFF)
        // It reads ahead, and is busy with that until it is told to stop.
        #expect(status & 0x20 == 0x20)
        board.elapse(1 * .millisecond)
        #expect(status & 0x20 == 0x20)
        board[QSPI.cr] |= 2
        #expect(status & 0x20 == 0)
    }
    @Test func `reads on from the FIFO without a new command`() {
        map()
        _ = board.read(0x9000_0000)
        board.elapse(100 * .microsecond)
        let start = board.machine.now
        for address in stride(from: 4, to: 36, by: 4) {
            #expect(board.read(0x9000_0000 + UInt32(address)) == word(address))
        }
        #expect(board.machine.now == start)
    }
    @Test func `is a bus error outside the mode and outside FSIZE, and for writes`() {
        board.setUpQuadSPI()
        #expect(board.read(0x9000_0000) == nil)
        board[QSPI.cr] |= 2
        map(19)
        #expect(board.read(0x9000_0000) == word(0))
        #expect(board.read(0x9010_0000) == nil)
        #expect(!board.write(0x9000_0000, 0))
        board[QSPI.cr] = board[QSPI.cr] & ~1
        #expect(board.read(0x9000_0000) == nil)
    }
    @Test func `lets chip select go after LPTR clocks with TCEN`() {
        map(control: 8)
        board[QSPI.lptr] = 1000
        _ = board.read(0x9000_0000)
        // 32 MHz: the FIFO is full within 2 us, then 31.25 us.
        board.elapse(30 * .microsecond)
        #expect(status & 0x30 == 0x20)
        board.elapse(5 * .microsecond)
        #expect(status & 0x30 == 0x10)
        board[QSPI.fcr] = 0x10
        #expect(status & 0x10 == 0)
        #expect(board.read(0x9000_0010) == word(0x10))
    }
    @Test func `hangs the bus at the second read of its last bytes, until a reset`() {
        map()
        for _ in 0..<3 { #expect(board.read(0x90FF_FFE0, .byte) == 0xFF) }
        #expect(board.read(0x90FF_FFFC) == 0)
        #expect(board.read(0x90FF_FFFC) == nil)
        #expect(board.machine.isBusy(accessPort: 1))
        #expect(board.read(0x2400_0000) == nil)
        board.machine.probeHoldsReset = true
        board.elapse(1 * .millisecond)
        board.machine.probeHoldsReset = false
        board.elapse(1 * .millisecond)
        #expect(board.read(0x2400_0000) != nil)
    }
    @Test func `has no bad end when FSIZE is one more than the flash`() {
        map(24)
        for _ in 0..<3 { #expect(board.read(0x90FF_FFFC) == 0xFFFF_FFFF) }
    }
    @Test func `takes no other command until the mapping is left`() {
        map()
        _ = board.read(0x9000_0000)
        board[QSPI.dlr] = 2
        board[QSPI.ccr] = 0x9F | 1 << 8 | 1 << 24 | 1 << 26
        #expect(board[QSPI.ccr] >> 26 & 3 == 3)
        board[QSPI.cr] |= 2
        board[QSPI.fcr] = 2
        #expect(board.command(0x9F, read: 3) == [0xEF, 0x40, 0x18])
    }
    @Test func `runs code from the window`() {
        // movs r0, #42; bkpt #0
        let board = Board { $0.flashContents = [0x2A, 0x20, 0x00, 0xBE] }
        board.setUpQuadSPI()
        board[QSPI.abr] = 0xFF
        board[QSPI.ccr] = 0xEB | 1 << 8 | 3 << 10 | 2 << 12 | 3 << 14 | 4 << 18 | 3 << 24 | 3 << 26
        board.halt()
        board.setCoreRegister(16, 0x0100_0000)
        board.setCoreRegister(15, 0x9000_0000)
        board.resume()
        board.elapse(100 * .microsecond)
        #expect(board.coreRegister(15) == 0x9000_0002)
        #expect(board.coreRegister(0) == 42)
    }

    // MARK: Errata

    @Test func `survives the recalibration of its internal timing`() {
        board.setUpQuadSPI()
        let (control, command) = (board[QSPI.cr], board[QSPI.ccr])
        board[QSPI.cr] = 0
        #expect(status & 0x20 == 0)
        board[QSPI.cr] = 0xFF00_0001
        board[QSPI.ccr] = 0x2000_0000
        board[QSPI.ccr] = 0x2000_0000
        #expect(status & 0x20 == 0)
        board[QSPI.cr] = 0
        #expect(status & 0x20 == 0)
        (board[QSPI.cr], board[QSPI.ccr]) = (control, command)
        #expect(board.command(0x9F, read: 3) == [0xEF, 0x40, 0x18])
    }
    @Test func `takes a wrong address in the first mapped read after an indirect one with AR not aligned`() {
        board.setUpQuadSPI()
        board.command(0x03, address: 0x102, read: 4)
        board[QSPI.abr] = 0xFF
        let mapped: UInt32 = 0xEB | 1 << 8 | 3 << 10 | 2 << 12 | 3 << 14 | 4 << 18 | 3 << 24 | 3 << 26
        board[QSPI.ccr] = mapped
        #expect(board.read(0x9000_0000) != word(0))
        board[QSPI.cr] |= 2
        board.command(0x03, address: 0x102, read: 4)
        board[QSPI.ar] = 0
        board[QSPI.cr] |= 2
        board[QSPI.ccr] = mapped
        #expect(board.read(0x9000_0000) == word(0))
    }
}
