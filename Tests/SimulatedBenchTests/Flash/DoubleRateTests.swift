// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Testing

@testable import SimulatedBench

/// Address and data on both edges of the clock, at the flash's pins (the parts' data sheets, DTR or DDR instructions).
@Suite struct `Double transfer rate at the flash` {
    private static let contents: [UInt8] = (0..<256).map { UInt8(truncatingIfNeeded: $0 &* 29 &+ 3) }
    private static func pins(_ part: String) -> FlashPins { FlashPins.of(part, contents: contents) }

    /// An instruction, and the clocks that its part waits for before data.
    struct Row: Sendable, CustomTestStringConvertible {
        var part: String, opcode: UInt8, addressBytes: Int, lines: (Int, Int), mode: UInt8?, dummy: Int
        var testDescription: String { "\(part) \(String(opcode, radix: 16))h" }
        init(
            _ part: String, _ opcode: UInt8, _ addressBytes: Int = 3, _ lines: (Int, Int) = (1, 1),
            mode: UInt8? = nil, dummy: Int
        ) {
            (self.part, self.opcode, self.addressBytes, self.lines) = (part, opcode, addressBytes, lines)
            (self.mode, self.dummy) = (mode, dummy)
        }
        var address: [UInt8] { Array([0, 0, 0, 0x10].suffix(addressBytes)) }
    }
    private static let rows = [
        Row("mt25ql512ab", 0x0D, dummy: 6), Row("mt25ql512ab", 0x0E, 4, dummy: 6),
        Row("mt25ql512ab", 0x3D, 3, (1, 2), dummy: 6), Row("mt25ql512ab", 0xBD, 3, (2, 2), dummy: 6),
        Row("mt25ql512ab", 0xBE, 4, (2, 2), dummy: 6), Row("mt25ql512ab", 0x6D, 3, (1, 4), dummy: 6),
        Row("mt25ql512ab", 0xED, 3, (4, 4), dummy: 8), Row("mt25ql512ab", 0xEE, 4, (4, 4), dummy: 8),
        Row("mt25ql128ab", 0xED, 3, (4, 4), dummy: 8), Row("mt25tl01g", 0xEE, 4, (4, 4), dummy: 8),
        Row("w25q128jv-im", 0x0D, dummy: 6), Row("w25q128jv-im", 0xBD, 3, (2, 2), mode: 0xFF, dummy: 4),
        Row("w25q128jv-im", 0xED, 3, (4, 4), mode: 0xFF, dummy: 7),
        Row("w25q512jv-im", 0xED, 3, (4, 4), mode: 0xFF, dummy: 7),
        Row("mx25l25645g", 0x0D, dummy: 8), Row("mx25l51245g", 0xBE, 4, (2, 2), dummy: 4),
        Row("mx66l1g45g", 0xEE, 4, (4, 4), mode: 0x00, dummy: 5),
        Row("is25lp064", 0x0D, dummy: 8), Row("is25lp128", 0xBD, 3, (2, 2), mode: 0x00, dummy: 2),
        Row("is25lp256", 0xEE, 4, (4, 4), mode: 0x00, dummy: 5),
        Row("s25fl256s", 0xBD, 3, (2, 2), mode: 0x00, dummy: 4),
        Row("s25fl512s", 0xEE, 4, (4, 4), mode: 0x00, dummy: 6),
    ]

    @Test(arguments: rows) func `reads with the clocks of the data sheet`(row: Row) throws {
        let pins = Self.pins(row.part)
        if let flag = pins.flash.part.quadEnable { pins.flash.registers.keep(flag, true) }
        func read(_ dummy: Int) -> [UInt8] {
            pins.fetchTwice(row.opcode, row.address, mode: row.mode, dummy: dummy, lines: row.lines)
        }
        #expect(read(row.dummy) == Array(Self.contents[0x10..<0x14]))
        // Too few: the part has not begun to drive, or the rest comes late. Too many: the first bits are lost.
        #expect(read(row.dummy - 1) != Array(Self.contents[0x10..<0x14]))
        let bits = 2 * row.lines.1
        let all = Self.contents[0x10..<0x16].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let late = (0..<4).map { UInt8(truncatingIfNeeded: all >> UInt64(40 - 8 * $0 - bits)) }
        #expect(read(row.dummy + 1) == late)
    }
    @Test func `takes what stands still for a whole clock twice`() {
        let pins = Self.pins("mt25ql512ab")
        // Three clocks bring six nibbles, 000000h; the rest of the address passes as dummy clocks. Of the data the first of two
        // nibbles is seen.
        let bytes = pins.fetch(0xED, [0x00, 0x00, 0x10], dummy: 5, lines: (4, 4), count: 2)
        #expect(bytes == [0, 2].map { Self.contents[$0] & 0xF0 | Self.contents[$0 + 1] >> 4 })
    }
    @Test func `waits as many clocks as VCR says`() {
        let pins = Self.pins("mt25ql512ab")
        pins.enable()
        pins.send([0x81, 0x4B])
        for (opcode, lines) in [(0x0D, (1, 1)), (0xED, (4, 4))] as [(UInt8, (Int, Int))] {
            #expect(
                pins.fetchTwice(opcode, [0, 0, 0x10], dummy: 4, lines: lines)
                    == Array(Self.contents[0x10..<0x14]))
        }
    }
    @Test func `goes on without an opcode after mode bits that say so`() {
        let pins = Self.pins("w25q128jv-im")
        if let flag = pins.flash.part.quadEnable { pins.flash.registers.keep(flag, true) }
        func read(_ opcode: UInt8?, _ place: UInt8, mode: UInt8) -> [UInt8] {
            pins.fetchTwice(opcode, [0, 0, place], mode: mode, dummy: 7, lines: (4, 4))
        }
        #expect(read(0xED, 0x20, mode: 0xA0) == Array(Self.contents[0x20..<0x24]))
        #expect(read(nil, 0x30, mode: 0xFF) == Array(Self.contents[0x30..<0x34]))
        #expect(pins.read([0x9F], 3) == [0xEF, 0x70, 0x18])
    }
    @Test func `is ignored by parts without it, and by quad reads without QE`() {
        #expect(
            Self.pins("w25q128jv").fetchTwice(0xED, [0, 0, 0x10], mode: 0xFF, dummy: 7, lines: (4, 4))
                == [0xFF, 0xFF, 0xFF, 0xFF])
        #expect(
            Self.pins("w25q128jv-im").fetchTwice(0xED, [0, 0, 0x10], mode: 0xFF, dummy: 7, lines: (4, 4))
                == [0xFF, 0xFF, 0xFF, 0xFF])
    }

    // MARK: Micron's DTR protocol

    @Test func `is the whole protocol while EVCR bit 5 is 0: opcodes stay as they are`() {
        let pins = Self.pins("mt25ql512ab")
        pins.enable()
        pins.send([0x61, 0xDF])
        #expect(pins.readTwice([], after: 0x9F, 3) == [0x20, 0xBA, 0x20])
        #expect(pins.readTwice([], after: 0x65, 1) == [0xDF])
        // Asked at single rate it drives two bits in each clock, of which every first one is seen.
        #expect(pins.read([0x9F], 3) != [0x20, 0xBA, 0x20])
        pins.send([0x06])
        pins.sendTwice([0, 1, 0, 0x5A], after: 0x02)
        pins.flash.finish()
        #expect(pins.flash.array[0x100] == 0x5A)
        pins.send([0x66])
        pins.send([0x99])
        pins.wait(1 * .millisecond)
        #expect(pins.read([0x9F], 3) == [0x20, 0xBA, 0x20])
        #expect(pins.register(0x65) == 0xFF)
    }
    @Test func `comes up with what NVCR bit 5 says`() {
        let pins = Self.pins("mt25ql512ab")
        pins.perform([0xB1, 0xDF, 0xFF])
        #expect(pins.read([0x9F], 3) == [0x20, 0xBA, 0x20])
        pins.flash.powerCycle()
        #expect(pins.readTwice([], after: 0x9F, 3) == [0x20, 0xBA, 0x20])
    }
}

extension FlashPins {
    /// One clock with levels of its own at each edge.
    @discardableResult
    fileprivate func clock(_ levels: UInt8, _ later: UInt8) -> ClockLevels {
        flash.now += Self.clock
        return flash.clock(levels, later)
    }
    private func shiftOutTwice(_ bytes: [UInt8], lines: Int) {
        for byte in bytes {
            let bits = stride(from: 8 - lines, through: 0, by: -lines).map { step -> UInt8 in
                let bits = byte >> UInt8(step) & (1 << UInt8(lines) - 1)
                return lines == 4 ? bits : bits | 0xC
            }
            for index in stride(from: 0, to: bits.count, by: 2) { clock(bits[index], bits[index + 1]) }
        }
    }
    private func shiftInTwice(_ count: Int, lines: Int) -> [UInt8] {
        let pins: UInt8 = lines == 1 ? 2 : 1 << UInt8(lines) - 1
        return (0..<count).map { _ in
            var byte: UInt8 = 0
            for _ in 0..<4 / lines {
                let answer = clock(0xF, 0xF)
                for edge in [answer.rising, answer.falling] {
                    let levels = edge.levels & edge.driven | ~edge.driven
                    byte = byte << UInt8(lines) | (lines == 1 ? levels >> 1 & 1 : levels & pins)
                }
            }
            return byte
        }
    }
    /// A read whose address, mode bits and data go on both edges; the opcode on one line and edge.
    fileprivate func fetchTwice(
        _ opcode: UInt8?, _ address: [UInt8], mode: UInt8? = nil, dummy: Int, lines: (Int, Int)
    ) -> [UInt8] {
        select()
        defer { deselect() }
        if let opcode { shiftOut([opcode], lines: 1) }
        shiftOutTwice(address + (mode.map { [$0] } ?? []), lines: lines.0)
        for _ in 0..<dummy { clock(0xF) }
        return shiftInTwice(4, lines: lines.1)
    }
    fileprivate func readTwice(_ bytes: [UInt8], after opcode: UInt8, _ count: Int) -> [UInt8] {
        select()
        defer { deselect() }
        shiftOut([opcode], lines: 1)
        shiftOutTwice(bytes, lines: 1)
        return shiftInTwice(count, lines: 1)
    }
    fileprivate func sendTwice(_ bytes: [UInt8], after opcode: UInt8) {
        select()
        shiftOut([opcode], lines: 1)
        shiftOutTwice(bytes, lines: 1)
        deselect()
    }
}
