// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Testing

@testable import SimulatedBench

/// Instructions that change cells and registers (W25Q128JV datasheet rev F §8.2).
@Suite struct `Flash instructions that write` {
    let pins = FlashPins(contents: Array(repeating: 0, count: 0x20_0000))

    private func cells(_ address: Int, _ count: Int = 1) -> [UInt8] {
        pins.read([0x03] + FlashPins.address(address), count)
    }
    private static let beyond = 0x20_0000

    // MARK: Write enable

    @Test func `set and clear WEL`() {
        #expect(pins.status() == 0)
        pins.send([0x06])
        #expect(pins.status() == 2)
        pins.send([0x04])
        #expect(pins.status() == 0)
        // Volatile write enable does not show.
        pins.send([0x50])
        #expect(pins.status() == 0)
    }

    @Test(
        arguments: [
            [0x02, 0x20, 0, 0, 0x55], [0x20, 0, 0, 0], [0x52, 0, 0, 0], [0xD8, 0, 0, 0], [0xC7], [0x60],
            [0x01, 0x04],
            [0x31, 0x42], [0x11, 0x04], [0x42, 0, 0x10, 0, 0x55], [0x44, 0, 0x10, 0],
        ] as [[UInt8]])
    func `do nothing without WEL and take it away at their end`(_ bytes: [UInt8]) {
        let before = pins.flash.state
        pins.send(bytes)
        #expect(pins.status() == 0)
        #expect(pins.flash.state == before)
        pins.send([0x06])
        pins.send(bytes)
        #expect(pins.status() == 3)
        #expect(pins.waitWhileBusy() > 0)
        #expect(pins.status() & 3 == 0)
    }

    @Test(arguments: [[0x36, 0, 0, 0], [0x39, 0, 0, 0], [0x7E], [0x98]] as [[UInt8]])
    func `that set locks need WEL and leave it`(_ bytes: [UInt8]) {
        let opposite: [UInt8] = bytes[0] == 0x36 || bytes[0] == 0x7E ? [0x98] : [0x7E]
        pins.send([0x06])
        pins.send(opposite)
        pins.send([0x04])
        let before = pins.read([0x3D, 0, 0, 0], 1)
        pins.send(bytes)
        #expect(pins.read([0x3D, 0, 0, 0], 1) == before)
        pins.send([0x06])
        pins.send(bytes)
        #expect(pins.read([0x3D, 0, 0, 0], 1) != before)
        #expect(pins.status() == 2)
    }

    // MARK: Programming

    @Test func `program a page on one line and on four`() {
        pins.change { pins.send([0x02, 0x20, 0x01, 0x10, 1, 2, 3]) }
        #expect(cells(0x20_010F, 5) == [0xFF, 1, 2, 3, 0xFF])
        pins.change {
            pins.select()
            pins.shiftOut([0x32, 0x20, 0x02, 0x10], lines: 1)
            pins.shiftOut([4, 5, 6], lines: 4)
            pins.deselect()
        }
        #expect(cells(0x20_020F, 5) == [0xFF, 4, 5, 6, 0xFF])
    }
    @Test func `only clear bits`() {
        pins.change { pins.send([0x02] + FlashPins.address(Self.beyond) + [0xF0]) }
        pins.change { pins.send([0x02] + FlashPins.address(Self.beyond) + [0x3C]) }
        #expect(cells(Self.beyond) == [0x30])
    }
    @Test func `wrap at the end of the page and keep the last 256 bytes`() {
        pins.change { pins.send([0x02, 0x20, 0x00, 0xFE, 0xA, 0xB, 0xC, 0xD]) }
        #expect(cells(0x20_0000, 3) == [0xC, 0xD, 0xFF])
        #expect(cells(0x20_00FE, 3) == [0xA, 0xB, 0xFF])
        let long = (0..<300).map { UInt8(truncatingIfNeeded: $0 / 2) }
        pins.change { pins.send([0x02, 0x20, 0x01, 0x00] + long) }
        #expect(cells(0x20_0100, 256) == Array(long[256...] + long[44..<256]))
    }
    @Test func `need chip select to rise at a byte's end`() {
        pins.send([0x06])
        pins.select()
        pins.shiftOut([0x02, 0x20, 0, 0, 0x00], lines: 1)
        pins.clock(0xE)
        pins.deselect()
        #expect(pins.status() == 2)
        #expect(cells(Self.beyond) == [0xFF])
        // An address and no data is no program either.
        pins.send([0x02, 0x20, 0, 0])
        #expect(pins.status() == 2)
    }

    // MARK: Erasing

    @Test(arguments: [(0x20, 4 << 10), (0x52, 32 << 10), (0xD8, 64 << 10)] as [(UInt8, Int)])
    func `erase the block the address lies in`(opcode: UInt8, size: Int) {
        pins.change { pins.send([opcode] + FlashPins.address(0x10_0000 + size + 0x123)) }
        let base = 0x10_0000 + size
        #expect(cells(base - 1, 2) == [0, 0xFF])
        #expect(cells(base + size - 1, 2) == [0xFF, 0])
        #expect(pins.flash.state.cells[base..<base + size].allSatisfy { $0 == 0xFF })
    }
    @Test(arguments: [0xC7, 0x60] as [UInt8])
    func `erase the whole chip`(opcode: UInt8) {
        #expect(pins.change { pins.send([opcode]) } >= 40 * .second)
        #expect(pins.flash.state.cells.allSatisfy { $0 == 0xFF })
    }
    @Test func `need exactly 24 address bits to erase`() {
        pins.send([0x06])
        pins.send([0x20, 0, 0])
        #expect(pins.status() == 2)
        pins.send([0x20, 0, 0, 0, 0])
        #expect(pins.status() == 2)
        pins.select()
        pins.shiftOut([0xC7], lines: 1)
        pins.clock(0xF)
        pins.deselect()
        #expect(pins.status() == 2)
    }

    // MARK: While busy

    @Test func `are not heard while one runs, nor is a read`() {
        pins.send([0x06])
        pins.send([0x20, 0, 0, 0])
        #expect(pins.read([0x9F], 3) == [0xFF, 0xFF, 0xFF])
        #expect(pins.read([0x03, 0, 0, 0], 1) == [0xFF])
        #expect(pins.read([0x5A, 0, 0, 0, 0], 1) == [0xFF])
        for bytes in [[0x02, 0x20, 0, 0, 0], [0x04], [0xB9], [0x7A], [0x50]] as [[UInt8]] { pins.send(bytes) }
        #expect(pins.status(1) == 3)
        #expect(pins.status(2) == 2)
        #expect(pins.status(3) == 0x60)
        pins.waitWhileBusy()
        #expect(pins.status() == 0)
        #expect(cells(0) == [0xFF])
        #expect(cells(0x20_0000) == [0xFF])
    }
    @Test func `show the end in a status read that goes on`() {
        pins.send([0x06])
        pins.send([0x02, 0x20, 0, 0, 0])
        pins.select()
        pins.shiftOut([0x05], lines: 1)
        #expect(pins.shiftIn(2, lines: 1) == [3, 3])
        pins.wait(50 * .microsecond)
        #expect(pins.shiftIn(2, lines: 1) == [0, 0])
        pins.deselect()
    }

    // MARK: Status registers

    @Test func `write the bits that can be written`() {
        pins.change { pins.send([0x01, 0xFF]) }
        #expect((1...3).map(pins.status) == [0xFC, 0x02, 0x60])
        pins.change { pins.send([0x01, 0x00]) }
        // Neither SUS, nor bit 2; LB3-1 and SRL stay out of this.
        pins.change { pins.send([0x31, 0xC6]) }
        #expect((1...3).map(pins.status) == [0x00, 0x42, 0x60])
        pins.change { pins.send([0x11, 0xFF]) }
        #expect((1...3).map(pins.status) == [0x00, 0x42, 0x64])
        pins.change { pins.send([0x01, 0x04, 0x00]) }
        #expect((1...3).map(pins.status) == [0x04, 0x02, 0x64])
    }
    @Test func `leave SR2 alone when 01h has one byte`() {
        pins.change { pins.send([0x31, 0x40]) }
        pins.change { pins.send([0x01, 0x08]) }
        #expect(pins.status(2) == 0x42)
    }
    @Test func `cannot clear QE on a part with ordering option IQ`() {
        pins.change { pins.send([0x31, 0x00]) }
        #expect(pins.status(2) == 0x02)
        pins.send([0x50])
        pins.send([0x31, 0x00])
        #expect(pins.status(2) == 0x02)
        let other = FlashPins(.w25q128jvIM)
        #expect(other.status(2) == 0x00)
        other.change { other.send([0x31, 0x02]) }
        #expect(other.status(2) == 0x02)
        other.change { other.send([0x31, 0x00]) }
        #expect(other.status(2) == 0x00)
    }
    @Test func `change registers at once, and until power-off, after 50h`() {
        pins.send([0x50])
        pins.send([0x01, 0x1C])
        #expect(pins.status() == 0x1C)
        // 50h is good for one write.
        pins.send([0x01, 0x00])
        #expect(pins.status() == 0x1C)
        pins.flash.powerCycle()
        #expect(pins.status() == 0x00)
    }

    // MARK: Security registers

    @Test(arguments: 1...3) func `keep 256 bytes in each security register`(number: Int) {
        let base = number << 12
        pins.change { pins.send([0x42] + FlashPins.address(base + 0xFE) + [1, 2, 3]) }
        #expect(pins.read([0x48] + FlashPins.address(base + 0xFE) + [0], 4) == [1, 2, 3, 0xFF])
        #expect(pins.read([0x48] + FlashPins.address((number % 3 + 1) << 12) + [0], 1) == [0xFF])
        pins.change { pins.send([0x44] + FlashPins.address(base)) }
        #expect(pins.read([0x48] + FlashPins.address(base + 0xFE) + [0], 4) == [0xFF, 0xFF, 0xFF, 0xFF])
        // Their lock bits can be set, and never cleared.
        pins.change { pins.send([0x42] + FlashPins.address(base) + [9]) }
        pins.change { pins.send([0x31, 4 << UInt8(number)]) }
        pins.change { pins.send([0x31, 0]) }
        #expect(pins.status(2) == 4 << UInt8(number) | 2)
        pins.change { pins.send([0x44] + FlashPins.address(base)) }
        pins.change { pins.send([0x42] + FlashPins.address(base) + [0]) }
        #expect(pins.read([0x48] + FlashPins.address(base) + [0], 1) == [9])
    }
    @Test(arguments: [0x0000, 0x4000, 0x1100, 0x01_1000])
    func `know no other security registers`(address: Int) {
        let before = pins.flash.state
        pins.change { pins.send([0x42] + FlashPins.address(address) + [0]) }
        pins.change { pins.send([0x44] + FlashPins.address(address)) }
        #expect(pins.flash.state == before)
        #expect(pins.status() & 1 == 0)
    }
}
