// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import EmulatedCortexM
import Testing

@testable import SimulatedBench

/// Indirect mode at register level (RM0399 §24.3 and §24.5).
@Suite struct `QUADSPI indirect mode` {
    static let contents: [UInt8] = (0..<1024).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ $0 >> 8) }
    let board = Board { $0.flashContents = Self.contents }

    /// CCR of a read on one line: instruction, 24-bit address, data, no dummies.
    static let read: UInt32 = 0x03 | 1 << 8 | 1 << 10 | 2 << 12 | 1 << 24 | 1 << 26
    static let identify: UInt32 = 0x9F | 1 << 8 | 1 << 24 | 1 << 26
    static let writeEnable: UInt32 = 0x06 | 1 << 8
    static let program: UInt32 = 0x02 | 1 << 8 | 1 << 10 | 2 << 12 | 1 << 24

    private var status: UInt32 { board[QSPI.sr] }
    private var level: UInt32 { status >> 8 & 0x3F }

    // MARK: What starts a command

    @Test func `starts a read with an address when AR is written`() {
        board.setUpQuadSPI()
        board[QSPI.dlr] = 3
        board[QSPI.ccr] = Self.read
        board.elapse(100 * .microsecond)
        #expect(status & 0x22 == 0)
        board[QSPI.ar] = 0x10
        board.elapse(100 * .microsecond)
        #expect(status & 0x26 == 0x26)
        #expect(level == 4)
        let word = Self.contents[0x10..<0x14].reversed().reduce(0) { $0 << 8 | UInt32($1) }
        #expect(board.read(QSPI.dr, .word) == word)
    }
    @Test func `starts a read without address when CCR is written`() {
        board.setUpQuadSPI()
        board[QSPI.dlr] = 2
        board[QSPI.ccr] = Self.identify
        board.elapse(10 * .microsecond)
        #expect(level == 3)
        #expect(board.read(QSPI.dr, .byte) == 0xEF)
        #expect(board.read(QSPI.dr, .halfword) == 0x1840)
        #expect(status & 0x20 == 0)
    }
    @Test func `starts an instruction alone when CCR is written, and with an address when AR is`() {
        board.setUpQuadSPI()
        board[QSPI.ccr] = Self.writeEnable
        board.elapse(10 * .microsecond)
        #expect(status & 0x22 == 2)
        #expect(board.machine.flash?.latches.isWriteEnabled == true)
        board[QSPI.ccr] = 0x20 | 1 << 8 | 1 << 10 | 2 << 12
        board.elapse(10 * .microsecond)
        #expect(board.machine.flash?.isBusy == false)
        board[QSPI.ar] = 0
        board.elapse(10 * .microsecond)
        #expect(status & 0x22 == 2)
        #expect(board.machine.flash?.isBusy == true)
    }
    @Test func `starts a write when DR is written`() {
        board.setUpQuadSPI()
        board.command(0x06)
        board[QSPI.dlr] = 3
        board[QSPI.ccr] = Self.program
        board[QSPI.ar] = 0x1000
        board.elapse(100 * .microsecond)
        #expect(status & 0x20 == 0)
        #expect(status & 4 == 4)
        board.write(QSPI.dr, 0x4433_2211, .word)
        board.elapse(100 * .microsecond)
        #expect(status & 0x22 == 2)
        board.elapse(1 * .millisecond)
        #expect(board.machine.flashContents[0x1000..<0x1005] == [0x11, 0x22, 0x33, 0x44, 0xFF])
    }
    @Test func `starts nothing while it is disabled`() {
        board.setUpQuadSPI()
        board[QSPI.cr] = board[QSPI.cr] & ~1
        board[QSPI.dlr] = 2
        board[QSPI.ccr] = Self.identify
        board[QSPI.ar] = 0
        board.write(QSPI.dr, 0, .byte)
        board.elapse(10 * .microsecond)
        #expect(status & 0x22 == 0)
    }
    @Test func `hangs in a read without data, until it is aborted`() {
        board.setUpQuadSPI()
        board[QSPI.ccr] = Self.writeEnable | 1 << 26
        board.elapse(10 * .millisecond)
        #expect(status & 0x22 == 0x20)
        board[QSPI.cr] |= 2
        #expect(status & 0x22 == 2)
    }

    // MARK: FIFO

    @Test(arguments: [1, 4, 8, 16] as [UInt32])
    func `raises FTF when a read has filled the FIFO to the threshold`(threshold: UInt32) {
        board.setUpQuadSPI(prescaler: 255, control: (threshold - 1) << 8)
        board[QSPI.dlr] = 99
        board[QSPI.ccr] = Self.read
        board[QSPI.ar] = 0
        // 64 MHz / 256: a byte takes 32 us.
        board.elapse(128 * .microsecond + Picoseconds(threshold) * 32 * .microsecond - 8 * .microsecond)
        #expect(level == threshold - 1)
        #expect(status & 4 == 0)
        board.elapse(16 * .microsecond)
        #expect(level == threshold)
        #expect(status & 4 == 4)
    }
    @Test func `stops the clock while the FIFO is full`() {
        board.setUpQuadSPI()
        board[QSPI.dlr] = 63
        board[QSPI.ccr] = Self.read
        board[QSPI.ar] = 0
        board.elapse(10 * .millisecond)
        #expect(level == 32)
        #expect(status & 0x22 == 0x20)
        let bytes = (0..<64).map { _ in
            board.elapse(1 * .microsecond)
            return UInt8(board.read(QSPI.dr, .byte) ?? 0)
        }
        #expect(bytes == Array(Self.contents[0..<64]))
        #expect(status & 0x22 == 2)
    }
    @Test func `indirect mode, full FIFO: reads on once four bytes are free`() {
        board.setUpQuadSPI(control: 15 << 8)
        board[QSPI.dlr] = 63
        board[QSPI.ccr] = Self.read
        board[QSPI.ar] = 0
        board.elapse(10 * .millisecond)
        #expect(level == 32)
        for left in [31, 30, 29] as [UInt32] {
            _ = board.read(QSPI.dr, .byte)
            board.elapse(1 * .millisecond)
            #expect(level == left)
        }
        #expect(board.read(QSPI.dr, .byte) == UInt32(Self.contents[3]))
        board.elapse(1 * .millisecond)
        #expect(level == 32)
        #expect(status & 4 == 4)
        #expect((0..<60).map { _ in UInt8(board.read(QSPI.dr, .byte) ?? 0) } == Array(Self.contents[4..<64]))
        #expect(status & 0x22 == 2)
    }
    @Test func `keeps four bits of the threshold, so that one of 32 is one of 16`() {
        board.setUpQuadSPI(control: 31 << 8)
        #expect(board[QSPI.cr] & 0x1F00 == 15 << 8)
        board[QSPI.dlr] = 63
        board[QSPI.ccr] = Self.read
        board[QSPI.ar] = 0
        board.elapse(1 * .millisecond)
        // As a HAL loader reads: a byte for every time the flag stands.
        var bytes: [UInt8] = []
        while bytes.count < 64, status & 6 != 0 {
            bytes.append(UInt8(board.read(QSPI.dr, .byte) ?? 0))
            board.elapse(10 * .microsecond)
        }
        #expect(bytes == Array(Self.contents[..<64]))
    }
    @Test func `triggering the start of a command: alternate bytes alone are a command`() {
        board.setUpQuadSPI()
        board[QSPI.abr] = 0x06
        board[QSPI.ccr] = 1 << 14
        board.elapse(10 * .microsecond)
        // Eight clocks on one line, which the flash takes for its instruction.
        #expect(status & 0x22 == 2)
        #expect(board.machine.flash?.latches.isWriteEnabled == true)
    }
    @Test func `keeps BUSY until the last byte of a read is taken`() {
        board.setUpQuadSPI()
        board[QSPI.dlr] = 1
        board[QSPI.ccr] = Self.read
        board[QSPI.ar] = 0
        board.elapse(1 * .millisecond)
        // TCF and, though there are fewer bytes than the threshold, FTF.
        #expect(status & 0x3F == 0x26)
        _ = board.read(QSPI.dr, .byte)
        #expect(status & 0x20 == 0x20)
        _ = board.read(QSPI.dr, .byte)
        #expect(status & 0x20 == 0)
    }
    @Test func `lets a read of the empty FIFO wait for its bytes`() {
        board.setUpQuadSPI(prescaler: 255)
        board[QSPI.dlr] = 7
        board[QSPI.ccr] = Self.read
        board[QSPI.ar] = 0
        let start = board.machine.now
        let first = board.read(QSPI.dr, .word)
        #expect(first == Self.contents[0..<4].reversed().reduce(0) { $0 << 8 | UInt32($1) })
        // Four bytes of header and four of data.
        #expect(board.machine.now - start == 8 * 32 * .microsecond)
    }
    @Test func `lets a write into the full FIFO wait for room, and drops what is beyond DLR`() {
        board.setUpQuadSPI(prescaler: 255)
        board.command(0x06)
        board[QSPI.dlr] = 39
        board[QSPI.ccr] = Self.program
        board[QSPI.ar] = 0x2000
        let start = board.machine.now
        for index in 0..<8 as Range<UInt32> { board.write(QSPI.dr, 0x0101_0101 &* index, .word) }
        #expect(board.machine.now == start)
        #expect(level == 32)
        #expect(status & 4 == 0)
        for index in 8..<12 as Range<UInt32> { board.write(QSPI.dr, 0x0101_0101 &* index, .word) }
        #expect(board.machine.now > start)
        board.elapse(10 * .millisecond)
        #expect(status & 0x22 == 2)
        board.elapse(1 * .millisecond)
        let expected = (0..<40).map { UInt8($0 / 4) } + [0xFF, 0xFF]
        #expect(board.machine.flashContents[0x2000..<0x202A] == expected[...])
    }
    @Test func `moves as many bytes as the access is wide`() {
        board.setUpQuadSPI()
        board[QSPI.dlr] = 6
        board[QSPI.ccr] = Self.read
        board[QSPI.ar] = 0x20
        board.elapse(1 * .millisecond)
        let bytes = Self.contents[0x20..<0x27].map(UInt32.init)
        #expect(board.read(QSPI.dr, .byte) == bytes[0])
        #expect(board.read(QSPI.dr, .halfword) == bytes[1] | bytes[2] << 8)
        #expect(board.read(QSPI.dr, .word) == bytes[3] | bytes[4] << 8 | bytes[5] << 16 | bytes[6] << 24)
        #expect(level == 0)
    }

    // MARK: Limits of the space

    @Test func `refuses an address beyond FSIZE with TEF`() {
        board.setUpQuadSPI(size: 19)
        board[QSPI.dlr] = 0
        board[QSPI.ccr] = Self.read
        board[QSPI.ar] = 0x10_0000
        #expect(status & 0x21 == 1)
        board[QSPI.fcr] = 1
        #expect(status & 1 == 0)
        // The last byte is inside, the one behind it is not.
        board[QSPI.ar] = 0x0F_FFFF
        board.elapse(1 * .millisecond)
        #expect(status & 0x3 == 2)
        _ = board.read(QSPI.dr, .byte)
        board[QSPI.dlr] = 1
        board[QSPI.ccr] = Self.read
        board[QSPI.ar] = 0x0F_FFFF
        #expect(status & 1 == 1)
    }
    @Test func `reads up to the end of the space when DLR is all ones`() {
        board.setUpQuadSPI(size: 7)
        board[QSPI.dlr] = .max
        board[QSPI.ccr] = Self.read
        board[QSPI.ar] = 0xF0
        let bytes = (0..<16).map { _ in UInt8(board.read(QSPI.dr, .byte) ?? 0) }
        #expect(bytes == Array(Self.contents[0xF0..<0x100]))
        #expect(status & 0x22 == 2)
    }

    // MARK: While BUSY

    @Test func `loses writes to registers while BUSY, but not to FCR`() {
        board.setUpQuadSPI()
        board[QSPI.dlr] = 63
        board[QSPI.ccr] = Self.read
        board[QSPI.ar] = 0
        let registers = [
            QSPI.dcr, QSPI.dlr, QSPI.ccr, QSPI.ar, QSPI.abr, QSPI.psmkr, QSPI.psmar, QSPI.pir, QSPI.lptr,
        ]
        let before = registers.map { board[$0] }
        for register in registers { board[register] = 0x0101 }
        #expect(registers.map { board[$0] } == before)
        // PRESCALER, PMM, APMS, FSEL, DFM, SSHIFT and TCEN stay; FTHRES and the interrupt enables do not.
        board[QSPI.cr] = 0xFFDF_1FD9
        #expect(board[QSPI.cr] == 0x01DF_0F91 & ~0x00C0_0000)
        board[QSPI.cr] = 0x0100_0093
        #expect(status & 0x22 == 2)
        board[QSPI.fcr] = 0x1B
        #expect(status & 0x1B == 0)
        board[QSPI.ar] = 0x55
        #expect(board[QSPI.ar] == 0x55)
    }
    @Test func `drops the FIFO and frees the flash when aborted`() {
        board.setUpQuadSPI()
        board[QSPI.dlr] = 255
        board[QSPI.ccr] = Self.read
        board[QSPI.ar] = 0
        board.elapse(1 * .millisecond)
        board[QSPI.cr] |= 2
        #expect(board[QSPI.cr] & 2 == 0)
        #expect(status & 0x3F22 == 2)
        board[QSPI.fcr] = 2
        #expect(board.command(0x9F, read: 3) == [0xEF, 0x40, 0x18])
        // Falling EN is an abort as well.
        board[QSPI.dlr] = 255
        board[QSPI.ccr] = Self.read
        board[QSPI.ar] = 0
        board[QSPI.cr] &= ~1
        #expect(status & 0x3F20 == 0)
    }
    @Test func `leaves a page unprogrammed when its write is aborted inside a byte`() {
        board.setUpQuadSPI(prescaler: 255)
        board.command(0x06)
        board.elapse(1 * .millisecond)
        board[QSPI.dlr] = 15
        board[QSPI.ccr] = Self.program
        board[QSPI.ar] = 0x3000
        for _ in 0..<4 { board.write(QSPI.dr, 0, .word) }
        board.elapse(8 * 32 * .microsecond + 8 * .microsecond)
        board[QSPI.cr] |= 2
        board.elapse(2 * .millisecond)
        #expect(board.machine.flashContents[0x3000..<0x3010].allSatisfy { $0 == 0xFF })
        #expect(board.command(0x05, read: 1) == [2])
    }

    // MARK: Alternate bytes, sizes, SIOO

    @Test func `sends alternate bytes and addresses of every size`() {
        board.setUpQuadSPI()
        // Two alternate bytes finish the address of an 8-bit ADSIZE.
        board[QSPI.abr] = 0x0010
        board[QSPI.dlr] = 3
        board[QSPI.ccr] = 0x03 | 1 << 8 | 1 << 10 | 0 << 12 | 1 << 14 | 1 << 16 | 1 << 24 | 1 << 26
        board[QSPI.ar] = 0
        board.elapse(1 * .millisecond)
        #expect(board.read(QSPI.dr, .byte).map(UInt8.init) == Self.contents[0x10])
    }
    @Test func `leaves the instruction out after the first command with SIOO`() {
        board.setUpQuadSPI()
        board[QSPI.abr] = 0xA0
        board[QSPI.dlr] = 0
        board[QSPI.ccr] = 0xEB | 1 << 8 | 3 << 10 | 2 << 12 | 3 << 14 | 4 << 18 | 3 << 24 | 1 << 26 | 1 << 28
        for address in [0x11, 0x22, 0x33] as [UInt32] {
            board[QSPI.ar] = address
            board.elapse(10 * .microsecond)
            #expect(board.read(QSPI.dr, .byte).map(UInt8.init) == Self.contents[Int(address)])
        }
    }

    // MARK: Clock and lines

    @Test(arguments: [0, 1, 3, 255] as [UInt32])
    func `divides the kernel clock by PRESCALER + 1`(prescaler: UInt32) {
        board.setUpQuadSPI(prescaler: prescaler)
        board[QSPI.dlr] = 15
        board[QSPI.ccr] = Self.read
        let start = board.machine.now
        board[QSPI.ar] = 0
        for _ in 0..<4 { _ = board.read(QSPI.dr, .word) }
        #expect(board.machine.now - start == 20 * 8 * 15_625 * Picoseconds(prescaler + 1))
    }
    @Test func `does not run without its kernel clock`() {
        board.setUpQuadSPI()
        // PLL2R, which is off.
        board[RCC.d1ccipr] = 2 << 4
        board[QSPI.dlr] = 2
        board[QSPI.ccr] = Self.identify
        board.elapse(10 * .millisecond)
        #expect(status & 0x3F22 == 0x20)
        board[QSPI.cr] |= 2
        // per_ck is HSI.
        board[RCC.d1ccipr] = 3 << 4
        #expect(board.command(0x9F, read: 3) == [0xEF, 0x40, 0x18])
    }
    @Test func `gets nothing sensible from a part without double rate`() {
        board.setUpQuadSPI()
        let plain = UInt32(0x0B) | 1 << 8 | 1 << 10 | 2 << 12 | 8 << 18 | 1 << 24 | 1 << 26
        for ccr in [plain | 1 << 31, (plain | 1 << 31) & ~0xFF | 0x0D, (plain | 1 << 31) & ~0xFF | 0xED] {
            board[QSPI.dlr] = 7
            board[QSPI.ccr] = ccr
            board[QSPI.ar] = 0x10
            board.elapse(100 * .microsecond)
            let bytes = (0..<8).map { _ in UInt8(board.read(QSPI.dr, .byte) ?? 0) }
            #expect(bytes != Array(Self.contents[0x10..<0x18]))
            board[QSPI.fcr] = 0x1B
        }
        #expect(board.command(0x9F, read: 3) == [0xEF, 0x40, 0x18])
    }
    @Test func `reads bank 1, where nothing is fitted, as all ones`() {
        board.setUpQuadSPI()
        board[QSPI.cr] &= ~0x80
        #expect(board.command(0x9F, read: 3) == [0xFF, 0xFF, 0xFF])
        board[QSPI.cr] |= 0x80
        #expect(board.command(0x9F, read: 3) == [0xEF, 0x40, 0x18])
        // Both banks: every other byte is the missing flash's.
        board[QSPI.cr] |= 0x40
        #expect(board.command(0x9F, read: 6) == [0xFF, 0xEF, 0xFF, 0x40, 0xFF, 0x18])
        // An odd count cannot be asked for in this mode: bit 0 of DLR is stuck at 1, that of AR at 0.
        board[QSPI.dlr] = 2
        board[QSPI.ar] = 5
        #expect(board[QSPI.dlr] == 3)
        #expect(board[QSPI.ar] == 4)
        board[QSPI.ccr] = Self.identify
        #expect((0..<4).map { _ in board.read(QSPI.dr, .byte) } == [0xFF, 0xEF, 0xFF, 0x40])
        #expect(status & 0x23 == 2)
    }
}
