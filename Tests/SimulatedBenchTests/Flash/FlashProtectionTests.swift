// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Testing

@testable import SimulatedBench

/// What the status registers keep from being changed (W25Q128JV datasheet rev F §7.1.16 and §7.1.17).
@Suite struct `Flash protection` {
    /// SEC TB BP2-0 and the protected part, as in the table for CMP = 0.
    struct Row: Sendable {
        var bits: UInt8
        var range: Range<Int>
    }
    static let rows: [Row] = [
        Row(bits: 0b00000, range: 0..<0),
        Row(bits: 0b00001, range: 0xFC_0000..<0x100_0000),
        Row(bits: 0b00010, range: 0xF8_0000..<0x100_0000),
        Row(bits: 0b00011, range: 0xF0_0000..<0x100_0000),
        Row(bits: 0b00100, range: 0xE0_0000..<0x100_0000),
        Row(bits: 0b00101, range: 0xC0_0000..<0x100_0000),
        Row(bits: 0b00110, range: 0x80_0000..<0x100_0000),
        Row(bits: 0b01001, range: 0x00_0000..<0x04_0000),
        Row(bits: 0b01010, range: 0x00_0000..<0x08_0000),
        Row(bits: 0b01011, range: 0x00_0000..<0x10_0000),
        Row(bits: 0b01100, range: 0x00_0000..<0x20_0000),
        Row(bits: 0b01101, range: 0x00_0000..<0x40_0000),
        Row(bits: 0b01110, range: 0x00_0000..<0x80_0000),
        Row(bits: 0b00111, range: 0x00_0000..<0x100_0000),
        Row(bits: 0b11111, range: 0x00_0000..<0x100_0000),
        Row(bits: 0b10001, range: 0xFF_F000..<0x100_0000),
        Row(bits: 0b10010, range: 0xFF_E000..<0x100_0000),
        Row(bits: 0b10011, range: 0xFF_C000..<0x100_0000),
        Row(bits: 0b10100, range: 0xFF_8000..<0x100_0000),
        Row(bits: 0b10101, range: 0xFF_8000..<0x100_0000),
        Row(bits: 0b11001, range: 0x00_0000..<0x00_1000),
        Row(bits: 0b11010, range: 0x00_0000..<0x00_2000),
        Row(bits: 0b11011, range: 0x00_0000..<0x00_4000),
        Row(bits: 0b11100, range: 0x00_0000..<0x00_8000),
        Row(bits: 0b11101, range: 0x00_0000..<0x00_8000),
    ]
    let pins = FlashPins()

    private func isProgrammable(_ address: Int) -> Bool {
        pins.change { pins.send([0x02] + FlashPins.address(address) + [0x55]) }
        defer {
            pins.send([0x50])
            pins.send([0x01, 0, 0])
            pins.change { pins.send([0x20] + FlashPins.address(address)) }
        }
        return pins.read([0x03] + FlashPins.address(address), 1) == [0x55]
    }

    @Test(arguments: rows, [false, true])
    func `covers what the table says`(_ row: Row, complement: Bool) {
        let count = 16 << 20
        let edges: Set<Int> = [
            0, count - 1, max(0, row.range.lowerBound - 1), min(count - 1, row.range.lowerBound),
            max(0, row.range.upperBound - 1), min(count - 1, row.range.upperBound),
        ]
        for address in edges.sorted() {
            pins.send([0x50])
            pins.send([0x01, row.bits << 2, complement ? 0x40 : 0])
            #expect(
                isProgrammable(address) == (row.range.contains(address) == complement),
                "\(row.bits) \(address)")
        }
    }

    @Test func `forbids an erase that touches it, and the chip's`() {
        pins.change { pins.send([0x02, 0xFE, 0, 0, 0]) }
        pins.change { pins.send([0x02, 0xFF, 0, 0, 0]) }
        // The last 4 KiB.
        pins.change { pins.send([0x01, 0x44]) }
        for bytes in [[0xD8, 0xFF, 0, 0], [0x52, 0xFF, 0xF0, 0], [0xC7]] as [[UInt8]] {
            pins.send([0x06])
            pins.send(bytes)
            #expect(pins.status() == 0x44)
        }
        #expect(pins.read([0x03, 0xFF, 0, 0], 1) == [0])
        pins.change { pins.send([0xD8, 0xFE, 0, 0]) }
        #expect(pins.read([0x03, 0xFE, 0, 0], 1) == [0xFF])
        pins.change { pins.send([0x20, 0xFF, 0, 0]) }
        #expect(pins.read([0x03, 0xFF, 0, 0], 1) == [0xFF])
    }

    // MARK: Individual locks

    @Test func `by individual locks covers everything after power-up`() {
        pins.change { pins.send([0x11, 0x64]) }
        pins.change { pins.send([0x02, 0x12, 0, 0, 0]) }
        #expect(pins.read([0x03, 0x12, 0, 0], 1) == [0xFF])
        pins.send([0x06])
        pins.send([0x39, 0x12, 0, 0])
        #expect(pins.read([0x3D, 0x12, 0xFF, 0xFF], 1) == [0])
        #expect(pins.read([0x3D, 0x13, 0, 0], 1) == [1])
        pins.change { pins.send([0x02, 0x12, 0, 0, 0]) }
        #expect(pins.read([0x03, 0x12, 0, 0], 1) == [0])
        pins.flash.powerCycle()
        #expect(pins.read([0x3D, 0x12, 0, 0], 1) == [1])
    }
    @Test(arguments: [0x00_0000, 0xFF_0000])
    func `by individual locks is by sector in the first and last block`(block: Int) {
        pins.change { pins.send([0x11, 0x64]) }
        pins.send([0x06])
        pins.send([0x39] + FlashPins.address(block + 0x3000))
        let locks = (0..<16).map { pins.read([0x3D] + FlashPins.address(block + $0 << 12), 1)[0] }
        #expect(locks == (0..<16).map { $0 == 3 ? 0 : 1 })
        // The whole block cannot be erased while one of its sectors is locked.
        pins.send([0xD8] + FlashPins.address(block))
        #expect(pins.status() & 1 == 0)
    }
    @Test func `by individual locks lets the chip be erased when none is left`() {
        pins.change { pins.send([0x11, 0x64]) }
        pins.send([0x06])
        pins.send([0xC7])
        #expect(pins.status() == 0)
        pins.send([0x06])
        pins.send([0x98])
        pins.send([0xC7])
        #expect(pins.status() == 3)
    }
    @Test func `by individual locks takes no notice of BP, and the other way round`() {
        pins.change { pins.send([0x01, 0x1C]) }
        pins.send([0x06])
        pins.send([0x98])
        pins.change { pins.send([0x02, 0, 0, 0, 0]) }
        #expect(pins.read([0x03, 0, 0, 0], 1) == [0xFF])
        pins.change { pins.send([0x11, 0x64]) }
        pins.change { pins.send([0x02, 0, 0, 0, 0]) }
        #expect(pins.read([0x03, 0, 0, 0], 1) == [0])
    }

    // MARK: Of the status registers

    @Test func `of the registers by SRL lasts until power-up`() {
        pins.change { pins.send([0x31, 0x01]) }
        pins.change { pins.send([0x01, 0x1C]) }
        pins.change { pins.send([0x11, 0x00]) }
        #expect((1...3).map(pins.status) == [0x00, 0x03, 0x60])
        pins.send([0x66])
        pins.send([0x99])
        pins.wait(30 * .microsecond)
        #expect(pins.status(2) == 0x03)
        pins.flash.powerCycle()
        pins.change { pins.send([0x01, 0x1C]) }
        #expect((1...3).map(pins.status) == [0x1C, 0x02, 0x60])
    }
    @Test func `of the registers by the WP pin needs SRP and QE = 0`() {
        func writeWithPinLow(_ pins: FlashPins, _ value: UInt8) {
            pins.send([0x06])
            pins.select()
            for bit in (0..<16).reversed() {
                pins.clock((0x0100 | UInt16(value)) >> UInt16(bit) & 1 == 1 ? 0x9 : 0x8)
            }
            pins.deselect()
            pins.waitWhileBusy()
        }
        let other = FlashPins(.w25q128fv)
        writeWithPinLow(other, 0x80)
        #expect(other.status() == 0x80)
        writeWithPinLow(other, 0x04)
        #expect(other.status() == 0x80)
        other.change { other.send([0x01, 0x84]) }
        #expect(other.status() == 0x84)
        other.change { other.send([0x31, 0x02]) }
        writeWithPinLow(other, 0x00)
        #expect(other.status() == 0x00)
    }
}
