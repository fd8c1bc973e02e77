// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Testing

@testable import SimulatedBench

/// Flag status register, configuration registers, extended addresses and the quad protocol (MT25QL512ABB and N25Q128A data
/// sheets, register and command definitions).
@Suite struct `Micron flash` {
    private static let contents: [UInt8] = (0..<256).map { UInt8(truncatingIfNeeded: $0 &* 29 &+ 3) }
    private let pins = FlashPins.of("mt25ql512ab", contents: contents)

    // MARK: Identity and power-up

    @Test func `answers 9Eh and 9Fh with its id and the extended one, AFh not at all`() {
        for opcode: UInt8 in [0x9E, 0x9F] {
            #expect(pins.read([opcode], 6) == [0x20, 0xBA, 0x20, 0x10, 0x44, 0x00])
        }
        #expect(pins.read([0xAF], 3) == [0xFF, 0xFF, 0xFF])
        #expect(FlashPins.of("n25q128a").read([0x9F], 4) == [0x20, 0xBA, 0x18, 0x10])
    }
    @Test func `comes up ready, with three bytes of address and default dummy clocks`() {
        #expect(pins.register(0x05) == 0x00)
        #expect(pins.register(0x70) == 0x80)
        #expect(pins.read([0xB5], 2) == [0xFF, 0xFF])
        #expect(pins.register(0x85) == 0xFB)
        #expect(pins.register(0x65) == 0xFF)
        #expect(pins.register(0xC8) == 0x00)
    }
    @Test func `has no quad enable bit: quad reads work at once, and 35h reads no register`() {
        #expect(pins.fetch(0x6B, [0, 0, 0], dummy: 8, lines: (1, 4)) == Array(Self.contents[0..<4]))
        #expect(pins.fetch(0xEB, [0, 0, 0], dummy: 10, lines: (4, 4)) == Array(Self.contents[0..<4]))
        #expect(pins.read([0x35], 1) == [0xFF])
    }

    // MARK: Flag status register

    @Test func `shows its state in FSR, too, and both while it is busy`() {
        pins.enable()
        pins.send([0x20, 0x10, 0, 0])
        #expect(pins.register(0x05) == 0x03)
        #expect(pins.register(0x70) == 0x00)
        #expect(pins.register(0x85) == 0xFF)
        let time = pins.waitWhileBusy()
        #expect(time / .millisecond == 49 || time / .millisecond == 50)
        #expect(pins.register(0x70) == 0x80)
    }
    @Test func `flags a protected program or erase and keeps the write enable`() {
        // BP3-0 = 1: the last sector.
        pins.perform([0x01, 0x04])
        pins.send([0xB7])
        pins.enable()
        pins.send([0xB7])
        pins.enable()
        pins.send([0x12] + FlashPins.longAddress(0x3FF_0000) + [0])
        #expect(pins.register(0x05) == 0x06)
        #expect(pins.register(0x70) == 0x93)
        pins.send([0x50])
        #expect(pins.register(0x70) == 0x81)
        #expect(pins.register(0x05) == 0x06)
        pins.send([0xDC] + FlashPins.longAddress(0x3FF_0000))
        #expect(pins.register(0x70) == 0xA3)
        pins.send([0x50])
        pins.send([0xC7])
        #expect(pins.register(0x70) == 0xA3)
    }
    @Test func `flags cells that do not take what they are told`() {
        pins.flash.array.worn = (5, 0xF0)
        pins.perform([0x02, 0, 0, 5, 0x00])
        #expect(pins.register(0x70) == 0x90)
        pins.send([0x50])
        pins.perform([0x20, 0, 0, 0])
        #expect(pins.register(0x70) == 0xA0)
    }
    @Test func `tells a suspended erase from a suspended program`() {
        pins.enable()
        pins.send([0xD8, 0, 0, 0])
        pins.send([0x75])
        pins.wait(25 * .microsecond)
        #expect(pins.register(0x70) == 0xC0)
        pins.enable()
        pins.send([0x02, 1, 0, 0, 0x55])
        pins.waitWhileBusy()
        #expect(pins.read([0x03, 1, 0, 0], 1) == [0x55])
        pins.send([0x7A])
        pins.waitWhileBusy()
        pins.enable()
        pins.send([0x02, 1, 1, 0] + Array(repeating: 0, count: 256))
        pins.send([0x75])
        pins.wait(25 * .microsecond)
        #expect(pins.register(0x70) == 0x84)
    }

    // MARK: Configuration registers

    @Test(
        arguments: [(0x0, 8, 10), (0x1, 1, 1), (0x6, 6, 6), (0xA, 10, 10), (0xF, 8, 10)]
            as [(UInt8, Int, Int)])
    func `waits as many dummy clocks as VCR says`(code: UInt8, single: Int, quad: Int) {
        pins.enable()
        pins.send([0x81, code << 4 | 0x0B])
        #expect(pins.register(0x05) == 0)
        #expect(pins.register(0x85) == code << 4 | 0x0B)
        let expected = Array(Self.contents[0x10..<0x14])
        #expect(pins.fetch(0x0B, [0, 0, 0x10], dummy: single) == expected)
        #expect(pins.fetch(0x6B, [0, 0, 0x10], dummy: single, lines: (1, 4)) == expected)
        #expect(pins.fetch(0xEB, [0, 0, 0x10], dummy: quad, lines: (4, 4)) == expected)
        #expect(pins.fetch(0xEB, [0, 0, 0x10], dummy: quad + 1, lines: (4, 4)) != expected)
        pins.flash.powerCycle()
        #expect(pins.register(0x85) == 0xFB)
    }
    @Test func `takes over what NVCR holds with the next power-up, and with a reset`() {
        // Eight dummy clocks, quad and dual off, four bytes of address.
        let time = pins.perform([0xB1, 0xFE, 0x8F])
        #expect(time / .millisecond == 200 || time / .millisecond == 199)
        #expect(pins.read([0xB5], 2) == [0xFE, 0x8F])
        #expect(pins.register(0x85) == 0xFB)
        #expect(pins.register(0x70) == 0x80)
        pins.flash.powerCycle()
        #expect(pins.register(0x85) == 0x8B)
        #expect(pins.register(0x70) == 0x81)
        #expect(pins.read([0x03] + FlashPins.longAddress(0x10), 1) == [Self.contents[0x10]])
    }
    @Test func `wraps its output as VCR says`() {
        pins.enable()
        pins.send([0x81, 0xF8])
        let wrapped = [0x1E, 0x1F, 0x10, 0x11].map { Self.contents[$0] }
        #expect(pins.read([0x03, 0, 0, 0x1E], 4) == wrapped)
        #expect(pins.fetch(0xEB, [0, 0, 0x1E], dummy: 10, lines: (4, 4)) == wrapped)
    }
    @Test func `goes on without an opcode in XIP, until the confirmation bit is high`() {
        pins.enable()
        pins.send([0x81, 0xA3])
        func read(_ opcode: UInt8?, _ address: UInt8, confirmation: UInt8) -> [UInt8?] {
            pins.select()
            defer { pins.deselect() }
            if let opcode { pins.shiftOut([opcode], lines: 1) }
            pins.shiftOut([0, 0, address], lines: 4)
            pins.clock(0xE | confirmation)
            for _ in 0..<9 { pins.clock(0xF) }
            return pins.shiftIn(2, lines: 4)
        }
        #expect(read(0xEB, 0x20, confirmation: 0) == Self.contents[0x20..<0x22].map { $0 })
        #expect(read(nil, 0x30, confirmation: 1) == Self.contents[0x30..<0x32].map { $0 })
        #expect(pins.read([0x9F], 1) == [0x20])
    }

    // MARK: Addresses

    @Test func `needs a write enable for B7h and E9h, as its SFDP says`() {
        pins.send([0xB7])
        #expect(pins.register(0x70) == 0x80)
        pins.enable()
        pins.send([0xB7])
        #expect(pins.register(0x70) == 0x81)
        pins.perform([0x02] + FlashPins.longAddress(0x234_5678) + [0x42])
        #expect(pins.read([0x03] + FlashPins.longAddress(0x234_5678), 1) == [0x42])
        pins.enable()
        pins.send([0xE9])
        #expect(pins.register(0x70) == 0x80)
        #expect(pins.read([0x13] + FlashPins.longAddress(0x234_5678), 1) == [0x42])
    }
    @Test func `adds the extended address register to three bytes of address only`() {
        pins.enable()
        pins.send([0xC5, 0x02])
        #expect(pins.register(0xC8) == 0x02)
        pins.perform([0x02, 0x34, 0x56, 0x78, 0x42])
        #expect(pins.read([0x13] + FlashPins.longAddress(0x234_5678), 1) == [0x42])
        #expect(pins.read([0x03, 0x34, 0x56, 0x78], 1) == [0x42])
        // Bits beyond the part's size do not stick; the register is lost with the supply.
        pins.enable()
        pins.send([0xC5, 0xFF])
        #expect(pins.register(0xC8) == 0x03)
        pins.flash.powerCycle()
        #expect(pins.register(0xC8) == 0x00)
        #expect(pins.read([0x03, 0x34, 0x56, 0x78], 1) == [0xFF])
    }
    @Test(
        arguments: [(0x0C, 8, 1, 1), (0x3C, 8, 1, 2), (0xBC, 8, 2, 2), (0x6C, 8, 1, 4), (0xEC, 10, 4, 4)]
            as [(UInt8, Int, Int, Int)])
    func `reads with 4-byte opcodes in either mode`(opcode: UInt8, dummy: Int, lines: Int, data: Int) {
        let address = FlashPins.longAddress(0x10)
        for _ in 0..<2 {
            #expect(
                pins.fetch(opcode, address, dummy: dummy, lines: (lines, data))
                    == Array(Self.contents[0x10..<0x14]))
            pins.enable()
            pins.send([0xB7])
        }
    }
    @Test(
        arguments: [(0x21, 4 << 10, 50), (0x5C, 32 << 10, 100), (0xDC, 64 << 10, 150)] as [(UInt8, Int, Int)])
    func `erases with 4-byte opcodes`(opcode: UInt8, size: Int, milliseconds: Int) {
        for place in [0, size - 1, size] {
            pins.perform([0x12] + FlashPins.longAddress(0x200_0000 + place) + [0])
        }
        let time = pins.perform([opcode] + FlashPins.longAddress(0x200_0000 + 5))
        #expect(abs(Int(time / .millisecond) - milliseconds) <= 1)
        let cells = [0, size - 1, size].map {
            pins.read([0x13] + FlashPins.longAddress(0x200_0000 + $0), 1)[0]
        }
        #expect(cells == [0xFF, 0xFF, 0])
    }
    @Test func `of 16 MiB knows neither 4-byte mode, nor its opcodes, nor 35h`() {
        let small = FlashPins.of("n25q128a", contents: Self.contents)
        for opcode: UInt8 in [0x13, 0x0C, 0xEC, 0xC8, 0x35, 0x52, 0x60, 0xDC] {
            #expect(small.read([opcode, 0, 0, 0, 0], 2) == [0xFF, 0xFF], "\(opcode)")
        }
        small.enable()
        small.send([0xB7])
        #expect(small.register(0x70) == 0x80)
        #expect(small.read([0x03, 0, 0, 0], 2) == Array(Self.contents[0..<2]))
        // 12h is the quad input extended fast program there.
        small.enable()
        small.select()
        small.shiftOut([0x12], lines: 1)
        small.shiftOut([0x20, 0, 0, 0xA5], lines: 4)
        small.deselect()
        #expect(small.waitWhileBusy() > 0)
        #expect(small.read([0x03, 0x20, 0, 0], 1) == [0xA5])
    }

    // MARK: Quad protocol

    @Test func `speaks on four lines after EVCR bit 7 is cleared, and back`() {
        pins.enable()
        pins.send([0x61, 0x7F])
        #expect(pins.read([0x9F], 1) == [0xFF])
        #expect(pins.readQuad([0xAF], 3) == [0x20, 0xBA, 0x20])
        #expect(pins.readQuad([0x65], 1) == [0x7F])
        #expect(pins.readQuad([0x0B, 0, 0, 0x10], 4, dummy: 10) == Array(Self.contents[0x10..<0x14]))
        #expect(pins.readQuad([0x5A, 0, 0, 0], 4, dummy: 8) == Array("SFDP".utf8))
        pins.sendQuad([0x06])
        pins.sendQuad([0x02, 0x20, 0, 0, 0x5A])
        #expect(pins.readQuad([0x70], 1) == [0x00])
        pins.wait(1 * .millisecond)
        #expect(pins.readQuad([0x70], 1) == [0x80])
        pins.sendQuad([0x06])
        pins.sendQuad([0x61, 0xFF])
        #expect(pins.read([0x03, 0x20, 0, 0], 1) == [0x5A])
    }
    @Test func `enters it by 35h, leaves it by F5h, and forgets it with a reset`() {
        pins.send([0x35])
        #expect(pins.readQuad([0xAF], 1) == [0x20])
        pins.sendQuad([0xF5])
        #expect(pins.read([0x9F], 1) == [0x20])
        pins.send([0x35])
        pins.sendQuad([0x66])
        pins.sendQuad([0x99])
        #expect(pins.read([0x9F], 1) == [0x20])
    }
}
