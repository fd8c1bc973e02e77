// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import BenchTestKit
import EmulatedCortexM
import Testing

@testable import SimulatedBench

/// Traces, debug port and RAM of a board that is broken, and what a pin reads of a trace (RM0399, GPIOx_IDR).
///
/// The standard board: CLK PB2, NCS PC11, IO0 PH2, IO1 PH3, IO2 PG9, IO3 PG14.
@Suite struct `A broken board` {
    private static let identity: [UInt8] = [0xEF, 0x40, 0x18]
    private static let contents: [UInt8] = (0..<64).map { UInt8($0 * 37 & 0xFF) }

    private func board(_ traits: String...) throws -> Board {
        let configuration = try BenchConfiguration(
            selector: "sim:stlink-v3" + traits.map { ",\($0)" }.joined())
        return Board {
            let files = $0.files
            $0 = configuration
            ($0.files, $0.flashContents) = (files, Self.contents)
        }
    }

    private func quad(_ board: Board) -> [UInt8] {
        board.command(0x6B, address: 0, dummy: 8, lines: (1, 1, 4), read: 64)
    }

    /// Every bit that a line brings, as it is.
    private func with(_ line: Int, at level: Bool) -> [UInt8] {
        let mask: UInt8 = 0x11 << UInt8(line)
        return Self.contents.map { level ? $0 | mask : $0 & ~mask }
    }

    @Test func `that is sound is not disturbed`() throws {
        let board = try board()
        board.setUpQuadSPI()
        #expect(board.command(0x9F, read: 3) == Self.identity)
        #expect(quad(board) == Self.contents)
    }

    @Test(arguments: [
        "line=CLK:open", "line=CLK:low", "line=NCS:open", "line=NCS:high", "line=IO0:open", "line=IO0:low",
        "line=IO1:high", "line=IO1:open",
    ])
    func `hides its flash where a single line needs the trace`(fault: String) throws {
        let board = try board(fault)
        board.setUpQuadSPI()
        #expect(board.command(0x9F, read: 3) != Self.identity)
    }

    @Test(arguments: [2, 3]) func `has an open line follow the pin's own resistor`(line: Int) throws {
        let board = try board("line=IO\(line):open")
        board.setUpQuadSPI()
        #expect(board.command(0x9F, read: 3) == Self.identity)
        let pin: UInt32 = line == 2 ? 9 : 14
        for (pull, level) in [(1, true), (2, false)] as [(UInt32, Bool)] {
            board.setPull(6, pin, pull)
            #expect(quad(board) == with(line, at: level))
        }
    }

    @Test(arguments: [(2, "low", false), (3, "high", true)])
    func `holds a shorted line whatever the flash sends`(line: Int, kind: String, level: Bool) throws {
        let board = try board("line=IO\(line):\(kind)")
        board.setUpQuadSPI()
        #expect(quad(board) == with(line, at: level))
    }

    @Test func `has the lower level on two lines that are shorted to each other`() throws {
        let board = try board("line=IO2:IO3")
        board.setUpQuadSPI()
        let wanted = Self.contents.map { byte in
            [UInt8(0), 4].reduce(byte) { value, shift in
                byte >> shift & 0xC == 0xC ? value : value & ~(0xC << shift)
            }
        }
        #expect(quad(board) == wanted)
    }

    @Test func `is read wrong now and then where a contact is loose`() throws {
        let board = try board("line=IO1:loose")
        board.setUpQuadSPI()
        let reads = (0..<100).map { _ in board.command(0x0B, address: 0, dummy: 8, read: 64) }
        let wrong = reads.count { $0 != Self.contents }
        #expect((1...60).contains(wrong), "\(wrong)")
    }

    // MARK: Pins

    /// What a pin of GPIO reads.
    private func level(_ board: Board, _ port: UInt32, _ pin: UInt32) -> Bool {
        board[0x5802_0010 + 0x400 * port] >> pin & 1 == 1
    }

    @Test func `shows its shorts and resistors on the pins`() throws {
        for (fault, up, down) in [
            ("line=IO2:low", false, false), ("line=IO2:high", true, true), ("line=IO2:open", true, false),
            ("fault=unpowered", false, false), ("fault=none", true, false),
        ] {
            let board = try board(fault)
            board[RCC.ahb4enr] = 0x7FF
            board.setMode(6, 9, 0)
            board.setPull(6, 9, 1)
            #expect(level(board, 6, 9) == up, "\(fault)")
            board.setPull(6, 9, 2)
            #expect(level(board, 6, 9) == down, "\(fault)")
        }
    }

    @Test func `shows what drives a line on those that are shorted to it, and a short against an output`()
        throws
    {
        let board = try board("line=IO2:IO3", "line=IO0:low")
        board[RCC.ahb4enr] = 0x7FF
        for (pin, mode) in [(9, 1), (14, 0)] as [(UInt32, UInt32)] { board.setMode(6, pin, mode) }
        board.setPull(6, 14, 1)
        for driven in [false, true] {
            board.setLevel(6, 9, driven)
            #expect(level(board, 6, 14) == driven)
        }
        board.setMode(7, 2, 1)
        board.setLevel(7, 2, true)
        #expect(!level(board, 7, 2))
    }

    // MARK: Debug port and RAM

    @Test func `has a bit of RAM that stays 0 for whoever looks through a bus`() throws {
        let board = try board("ram=0x24000012:3")
        board.write(0x2400_0010, 0xFFFF_FFFF)
        #expect(board.read(0x2400_0010) == 0xFFF7_FFFF)
        #expect(board.read(0x2400_0012, .byte) == 0xF7 && board.read(0x2400_0012, .halfword) == 0xFFF7)
        #expect(board.read(0x2400_0013, .byte) == 0xFF)
        board.write(0x2400_0014, 0xFFFF_FFFF)
        #expect(board.read(0x2400_0014) == 0xFFFF_FFFF)
    }

    @Test func `has no access ports, or never powers them`() throws {
        #expect(try board("dap=no-ports").machine.accessPorts.isEmpty)
        #expect(try board("dap=unpowered").machine.debugPort.powerUpDelay > 3_600_000 * .millisecond)
    }

    @Test(arguments: [
        "line=IO2", "line=IO4:open", "line=IO2:IO2", "line=IO2:NCS", "line=CLK:loose", "line=NCS:loose",
        "line=IO2:open:bank1", "line=IO2:open:bank2:x", "dap=dead", "ram=24000000:1", "ram=0x24000000:8",
        "ram=0x24000000",
    ])
    func `is only described in words that mean something`(trait: String) throws {
        let error = try #require(throws: BenchError.self) {
            _ = try BenchConfiguration(selector: "sim:stlink-v3,\(trait)")
        }
        #expect(!error.remedies.isEmpty, "\(trait)")
    }
}
