// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import BenchTestKit
import Testing

@testable import SimulatedBench

/// Which pins carry the QUADSPI, and what those do that do not (RM0399, GPIO and QUADSPI pins).
@Suite struct `QUADSPI pins` {
    private static let identity: [UInt8] = [0xEF, 0x40, 0x18]

    /// For each signal a chip that has it on this pin, and everything else where it usually is.
    @Test(arguments: BoardDescription.standard.pins)
    func `carry their signal to a chip wherever it is wired`(pin: QuadSPIPin) {
        var wiring = ChipWiring.firstBank
        if case .select(2) = pin.signal { wiring = .secondBank }
        if case .data(2, _) = pin.signal { wiring = .secondBank }
        switch pin.signal {
        case .clock: wiring.clock = pin.pin
        case .select: wiring.select = pin.pin
        case .data(_, let line): wiring.lines[line] = pin.pin
        }
        let contents: [UInt8] = (0..<64).map { UInt8($0 * 37 & 0xFF) }
        let board = Board {
            $0.board = .with([wiring])
            $0.flashContents = contents
        }
        board.setUpQuadSPI()
        #expect(board.command(0x9F, read: 3) == Self.identity)
        #expect(board.command(0x6B, address: 0, dummy: 8, lines: (1, 1, 4), read: 64) == contents)
        // Another function of the same pin carries nothing.
        board.route(UInt32(pin.pin.port), UInt32(pin.pin.number), to: pin.function ^ 3)
        #expect(board.command(0x6B, address: 0, dummy: 8, lines: (1, 1, 4), read: 64) != contents)
    }

    @Test func `a clock on a pin that leads nowhere does not reach the chip`() {
        let board = Board()
        board.setUpQuadSPI()
        // CLK comes out on PF10, the chip's clock is on PB2.
        board.setMode(1, 2, 3)
        board.route(5, 10, to: 9)
        #expect(board.command(0x9F, read: 3) == [0xFF, 0xFF, 0xFF])
        // On both it reaches the chip.
        board.route(1, 2, to: 9)
        #expect(board.command(0x9F, read: 3) == Self.identity)
    }
    @Test func `a bank's signals on its other pins do not reach the chip`() {
        let board = Board()
        board.setUpQuadSPI()
        for pin: UInt32 in [2, 3] { board.setMode(7, pin, 3) }
        for pin: UInt32 in 7...10 { board.route(4, pin, to: 10) }
        #expect(board.command(0x9F, read: 3) == [0xFF, 0xFF, 0xFF])
    }
    @Test func `the other bank's chip select and lines do not reach the chip`() {
        for board in [BoardDescription.standard, .firstBank] {
            let board = Board { $0.board = board }
            board.setUpQuadSPI()
            #expect(board.command(0x9F, read: 3) == Self.identity)
            board[QSPI.cr] ^= 0x80
            #expect(board.command(0x9F, read: 3) == [0xFF, 0xFF, 0xFF])
        }
    }

    // MARK: Pins that are no QUADSPI pins

    @Test func `a chip select that an output holds low keeps the chip selected`() {
        let board = Board()
        board.setUpQuadSPI()
        board.setLevel(2, 11, true)
        board.setMode(2, 11, 1)
        #expect(board.command(0x9F, read: 3) == [0xFF, 0xFF, 0xFF])
        board.setLevel(2, 11, false)
        #expect(board.command(0x9F, read: 3) == Self.identity)
        // It never saw the end of the instruction: what follows is more of the answer.
        #expect(board.command(0x05, read: 1) != [0x00])
        board.setLevel(2, 11, true)
        board.setLevel(2, 11, false)
        #expect(board.command(0x05, read: 1) == [0x00])
        // An open drain that does not pull, and the reset state, leave it to the resistors.
        board[0x5802_0004 + 0x800] |= 1 << 11
        board.setLevel(2, 11, true)
        #expect(board.command(0x9F, read: 3) == [0xFF, 0xFF, 0xFF])
        board.setPull(2, 11, 2)
        #expect(board.command(0x9F, read: 3) == Self.identity)
    }
    @Test func `an instruction ends when an output raises chip select`() {
        let board = Board()
        board.setUpQuadSPI()
        board.setLevel(2, 11, true)
        board.setMode(2, 11, 1)
        let send = { (opcode: UInt8) in
            board.setLevel(2, 11, false)
            board.command(opcode)
            board.setLevel(2, 11, true)
        }
        send(0x06)
        board.setLevel(2, 11, false)
        #expect(board.command(0x05, read: 1) == [0x02])
    }
    @Test(arguments: [true, false])
    func `a line that nobody drives is where its resistors pull it`(hasBoardPullUp: Bool) {
        let wiring = {
            var wiring = BoardDescription.standard.chips[0].wiring
            if hasBoardPullUp { wiring.pullUps = [PinName(port: 7, number: 3)] }
            return wiring
        }()
        let board = Board {
            $0.board = .with([wiring])
            $0.flashFault = .absent
        }
        board.setUpQuadSPI()
        #expect(board.command(0x9F, read: 2) == [0xFF, 0xFF])
        board.setPull(7, 3, 2)
        // The board's resistor is the stronger one.
        #expect(board.command(0x9F, read: 2) == (hasBoardPullUp ? [0xFF, 0xFF] : [0, 0]))
    }
    /// IO3 is /HOLD of a chip whose QE bit is 0.
    @Test func `a hold line that is pulled down stops the chip`() {
        let board = Board { $0.flashFault = .quadDisabled }
        board.setUpQuadSPI()
        #expect(board.command(0x9F, read: 3) == Self.identity)
        board.setMode(6, 14, 0)
        #expect(board.command(0x9F, read: 3) == Self.identity)
        board.setPull(6, 14, 2)
        #expect(board.command(0x9F, read: 3) == [0xFF, 0xFF, 0xFF])
        board.setPull(6, 14, 0)
        board.setMode(6, 14, 1)
        #expect(board.command(0x9F, read: 3) == [0xFF, 0xFF, 0xFF])
        board.setLevel(6, 14, true)
        #expect(board.command(0x9F, read: 3) == Self.identity)
    }
    @Test func `lines that are soldered to each other's pins carry each other's bits`() {
        var wiring = BoardDescription.standard.chips[0].wiring
        wiring.lines.swapAt(2, 3)
        let contents: [UInt8] = (0..<16).map { UInt8($0 * 29 & 0xFF) }
        let board = Board {
            $0.board = .with([wiring])
            $0.flashContents = contents
        }
        board.setUpQuadSPI()
        for pin: UInt32 in [9, 14] { board.route(6, pin, to: 9) }
        #expect(board.command(0x03, address: 0, read: 16) == contents)
        let crossed = contents.map { $0 & 0x33 | $0 << 1 & 0x88 | $0 >> 1 & 0x44 }
        #expect(board.command(0x6B, address: 0, dummy: 8, lines: (1, 1, 4), read: 16) == crossed)
    }
    @Test func `names of pins and signals are those of the data sheet`() {
        for text in ["PA0", "PB2", "PG14", "PK15"] { #expect(PinName(text)?.description == text) }
        for text in ["", "P", "PA", "PL1", "PA16", "PA01", "PA-1", "pb2", "PB2x"] {
            #expect(PinName(text) == nil)
        }
        for text in ["CLK", "BK1_NCS", "BK2_NCS", "BK1_IO0", "BK2_IO3"] {
            #expect(QuadSPISignal(text)?.description == text)
        }
        for text in ["", "BK3_NCS", "BK1_IO4", "BK1_CLK", "NCS", "BK1_IO0_1"] {
            #expect(QuadSPISignal(text) == nil)
        }
    }
}
