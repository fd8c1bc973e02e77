// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Testing

@testable import SimulatedBench

/// Every instruction of the datasheet's tables that gives data (W25Q128JV datasheet rev F §8.1.2 to §8.1.3).
@Suite struct `Flash instructions that read` {
    /// One row of the tables: what follows the opcode, on how many lines, and what comes back.
    struct Row: Sendable, CustomTestStringConvertible {
        var opcode: UInt8
        var address: Int?
        var addressLines = 1
        var mode: UInt8?
        var dummyClocks = 0
        var lines = 1
        var answer: [UInt8]
        var testDescription: String { String(opcode, radix: 16) + "h" }
    }
    static let contents: [UInt8] = (0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ $0 >> 8) }
    static let array = Array(contents[0x123..<0x123 + 40])
    static let rows: [Row] = [
        Row(opcode: 0x03, address: 0x123, answer: array),
        Row(opcode: 0x0B, address: 0x123, dummyClocks: 8, answer: array),
        Row(opcode: 0x3B, address: 0x123, dummyClocks: 8, lines: 2, answer: array),
        Row(opcode: 0x6B, address: 0x123, dummyClocks: 8, lines: 4, answer: array),
        Row(opcode: 0xBB, address: 0x123, addressLines: 2, mode: 0xF0, lines: 2, answer: array),
        Row(
            opcode: 0xEB, address: 0x123, addressLines: 4, mode: 0xF0, dummyClocks: 4, lines: 4, answer: array
        ),
        Row(opcode: 0x9F, answer: [0xEF, 0x40, 0x18]),
        Row(opcode: 0x90, address: 0, answer: [0xEF, 0x17, 0xEF, 0x17]),
        Row(opcode: 0x90, address: 1, answer: [0x17, 0xEF, 0x17]),
        Row(opcode: 0x92, address: 0, addressLines: 2, mode: 0xF0, lines: 2, answer: [0xEF, 0x17, 0xEF]),
        Row(
            opcode: 0x94, address: 0, addressLines: 4, mode: 0xF0, dummyClocks: 4, lines: 4,
            answer: [0xEF, 0x17, 0xEF]),
        Row(opcode: 0xAB, dummyClocks: 24, answer: [0x17, 0x17]),
        Row(opcode: 0x05, answer: [0x00, 0x00, 0x00]),
        Row(opcode: 0x35, answer: [0x02, 0x02]),
        Row(opcode: 0x15, answer: [0x60, 0x60]),
        Row(opcode: 0x5A, address: 0, dummyClocks: 8, answer: Array("SFDP".utf8) + [0x05, 0x01, 0x00, 0xFF]),
        Row(
            opcode: 0x5A, address: 0x80, dummyClocks: 8,
            answer: [0xE5, 0x20, 0xF9, 0xFF, 0xFF, 0xFF, 0xFF, 0x07]),
        Row(opcode: 0x48, address: 0x1000, dummyClocks: 8, answer: [0xFF, 0xFF]),
        Row(opcode: 0x3D, address: 0, answer: [1]),
    ]

    private func run(_ row: Row, on pins: FlashPins) -> [UInt8?] {
        pins.select()
        defer { pins.deselect() }
        pins.shiftOut([row.opcode], lines: 1)
        if let address = row.address { pins.shiftOut(FlashPins.address(address), lines: row.addressLines) }
        if let mode = row.mode { pins.shiftOut([mode], lines: row.addressLines) }
        for _ in 0..<row.dummyClocks { pins.clock(0xF) }
        return pins.shiftIn(row.answer.count, lines: row.lines)
    }

    @Test(arguments: rows) func `answer as their table says`(_ row: Row) {
        let pins = FlashPins(contents: Self.contents)
        #expect(run(row, on: pins) == row.answer.map { $0 })
        // Reading changes nothing, and can be repeated.
        #expect(run(row, on: pins) == row.answer.map { $0 })
        #expect(pins.flash.state.cells.starts(with: Self.contents))
    }

    @Test func `give a unique id of 64 bits after 32 clocks`() {
        let pins = FlashPins()
        let first = pins.read([0x4B, 0, 0, 0, 0], 8)
        #expect(Set(first).count > 4)
        #expect(pins.read([0x4B, 0, 0, 0, 0], 8) == first)
        #expect(pins.read([0x4B, 0, 0, 0], 9).dropFirst() == first[...])
    }

    /// What the instruction tables list, for the part without QPI.
    static let known: Set<UInt8> = [
        0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0B, 0x11, 0x15, 0x20, 0x31, 0x32, 0x35, 0x36, 0x39, 0x3B, 0x3D,
        0x42,
        0x44, 0x48, 0x4B, 0x50, 0x52, 0x5A, 0x60, 0x66, 0x6B, 0x75, 0x77, 0x7A, 0x7E, 0x90, 0x92, 0x94, 0x98,
        0x99,
        0x9F, 0xAB, 0xB9, 0xBB, 0xC7, 0xD8, 0xEB,
    ]

    @Test func `are no others`() {
        let pins = FlashPins(contents: Self.contents)
        for opcode in UInt8.min...UInt8.max where !Self.known.contains(opcode) {
            pins.send([0x06])
            pins.select()
            pins.shiftOut([opcode, 0, 0, 0, 0xFF], lines: 1)
            #expect(pins.shiftIn(4, lines: 4) == [nil, nil, nil, nil], "\(opcode)")
            #expect(pins.shiftIn(4, lines: 1) == [nil, nil, nil, nil], "\(opcode)")
            pins.deselect()
            #expect(pins.status() == 2, "\(opcode)")
        }
        #expect(pins.flash.state.cells.starts(with: Self.contents))
    }

    @Test func `go on past the last address at the first`() {
        let pins = FlashPins(contents: Self.contents)
        #expect(pins.read([0x03, 0xFF, 0xFF, 0xFE], 4) == [0xFF, 0xFF] + Self.contents[0..<2])
    }

    @Test(arguments: [0x6B, 0xEB, 0x94] as [UInt8])
    func `on four lines need QE`(opcode: UInt8) {
        let pins = FlashPins(.w25q128fv, contents: Self.contents)
        #expect(pins.status(2) == 0)
        for row in Self.rows where row.opcode == opcode {
            #expect(run(row, on: pins) == row.answer.map { _ in nil })
        }
        pins.change { pins.send([0x31, 0x02]) }
        for row in Self.rows where row.opcode == opcode {
            #expect(run(row, on: pins) == row.answer.map { $0 })
        }
    }

    @Test func `stand still while HOLD is low and QE is 0`() {
        let pins = FlashPins(.w25q128fv, contents: Self.contents)
        pins.select()
        pins.shiftOut([0x03, 0, 0], lines: 1)
        for _ in 0..<5 { #expect(pins.clock(0x7).driven == 0) }
        pins.shiftOut([0], lines: 1)
        #expect(pins.shiftIn(1, lines: 1) == [Self.contents[0]])
        for _ in 0..<5 { #expect(pins.clock(0x7).driven == 0) }
        #expect(pins.shiftIn(1, lines: 1) == [Self.contents[1]])
    }

    // MARK: Continuous read mode

    @Test(arguments: [(0xEB, 4, 4), (0xBB, 2, 0)] as [(UInt8, Int, Int)])
    func `leave the opcode out after mode bits 10`(opcode: UInt8, lines: Int, dummy: Int) {
        let pins = FlashPins(contents: Self.contents)
        func read(_ address: Int, opcode: UInt8?, mode: UInt8) -> [UInt8?] {
            pins.select()
            defer { pins.deselect() }
            if let opcode { pins.shiftOut([opcode], lines: 1) }
            pins.shiftOut(FlashPins.address(address) + [mode], lines: lines)
            for _ in 0..<dummy { pins.clock(0xF) }
            return pins.shiftIn(3, lines: lines)
        }
        #expect(read(0x10, opcode: opcode, mode: 0xA0) == Self.contents[0x10..<0x13].map { $0 })
        #expect(read(0x20, opcode: nil, mode: 0x20) == Self.contents[0x20..<0x23].map { $0 })
        #expect(read(0x30, opcode: nil, mode: 0xF0) == Self.contents[0x30..<0x33].map { $0 })
        #expect(pins.read([0x9F], 3) == [0xEF, 0x40, 0x18])
    }

    @Test(arguments: [(0xEB, 4, 1), (0xBB, 2, 2)] as [(UInt8, Int, Int)])
    func `get the opcode back by FFh`(opcode: UInt8, lines: Int, bytes: Int) {
        let pins = FlashPins(contents: Self.contents)
        pins.select()
        pins.shiftOut([opcode], lines: 1)
        pins.shiftOut([0, 0, 0, 0xA0], lines: lines)
        pins.deselect()
        #expect(pins.read([0x9F], 3) != [0xEF, 0x40, 0x18])
        pins.send(Array(repeating: 0xFF, count: bytes))
        #expect(pins.read([0x9F], 3) == [0xEF, 0x40, 0x18])
    }

    // MARK: Burst with wrap

    @Test(arguments: [(0x00, 8), (0x20, 16), (0x40, 32), (0x60, 64)] as [(UInt8, Int)])
    func `wrap in EBh as 77h says`(setting: UInt8, length: Int) {
        let pins = FlashPins(contents: Self.contents)
        func read(_ address: Int, _ count: Int) -> [UInt8?] {
            pins.select()
            defer { pins.deselect() }
            pins.shiftOut([0xEB], lines: 1)
            pins.shiftOut(FlashPins.address(address) + [0xF0], lines: 4)
            for _ in 0..<4 { pins.clock(0xF) }
            return pins.shiftIn(count, lines: 4)
        }
        func set(_ value: UInt8) {
            pins.select()
            pins.shiftOut([0x77], lines: 1)
            pins.shiftOut([0, 0, 0, value], lines: 4)
            pins.deselect()
        }
        let start = 0x100 + length - 2
        set(setting)
        let wrapped = [start, start + 1, 0x100, 0x101].map { Optional(Self.contents[$0]) }
        #expect(read(start, 4) == wrapped)
        #expect(pins.read([0x03] + FlashPins.address(start), 4) == Array(Self.contents[start..<start + 4]))
        set(0x10)
        #expect(read(start, 4) == Self.contents[start..<start + 4].map { $0 })
    }

    // MARK: SFDP

    @Test func `describe the part in SFDP as it behaves`() {
        let pins = FlashPins()
        let bytes = pins.read([0x5A, 0, 0, 0, 0], 256)
        let word = { (index: Int) -> UInt32 in
            (0..<4).reduce(0) { $0 | UInt32(bytes[0x80 + 4 * index + $1]) << (8 * UInt32($1)) }
        }
        // One table, 16 words, at 80h.
        #expect(bytes[8..<16] == [0x00, 0x05, 0x01, 0x10, 0x80, 0x00, 0x00, 0xFF])
        // 2^27 bits; 4-KiB sectors by 20h; three address bytes.
        #expect(UInt64(word(1)) + 1 == 128 << 20)
        #expect(word(0) >> 8 & 0xFF == 0x20)
        #expect(word(0) >> 17 & 3 == 0)
        // 1-4-4: EBh with two mode clocks and four more; 1-1-4: 6Bh with eight.
        #expect(word(2) == 0x6B08_EB44)
        #expect(word(7) == 0x520F_200C)
        #expect(word(8) & 0xFFFF == 0xD810)
        // Pages of 256 bytes.
        #expect(word(10) >> 4 & 15 == 8)
        // QE is bit 1 of SR2, and a one-byte 01h leaves it alone.
        #expect(word(14) >> 20 & 7 == 4)
        #expect(bytes[0xC0...].allSatisfy { $0 == 0xFF })
    }
}
