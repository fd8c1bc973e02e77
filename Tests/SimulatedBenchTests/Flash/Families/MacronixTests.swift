// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Testing

@testable import SimulatedBench

/// Configuration and security register, QE in SR1, dummy bits, performance enhance mode (MX25L25645G data sheet 1.9, §9, §10).
@Suite struct `Macronix flash` {
    private static let contents: [UInt8] = (0..<256).map { UInt8(truncatingIfNeeded: $0 &* 29 &+ 3) }
    private let pins = FlashPins.of("mx25l25645g", contents: contents)

    @Test func `comes up with QE = 0, three bytes of address and full drivers`() {
        #expect(pins.read([0x9F], 3) == [0xC2, 0x20, 0x19])
        #expect(pins.register(0x05) == 0x00)
        #expect(pins.register(0x15) == 0x07)
        #expect(pins.register(0x2B) == 0x00)
    }
    @Test func `needs QE, which is SR1 bit 6, on four lines`() {
        #expect(pins.fetch(0x6B, [0, 0, 0], dummy: 8, lines: (1, 4)) == [0xFF, 0xFF, 0xFF, 0xFF])
        pins.perform([0x01, 0x40])
        #expect(pins.register(0x05) == 0x40)
        #expect(pins.fetch(0x6B, [0, 0, 0], dummy: 8, lines: (1, 4)) == Array(Self.contents[0..<4]))
        pins.flash.powerCycle()
        #expect(pins.register(0x05) == 0x40)
    }
    @Test func `takes 35h for the way into QPI, and only with QE`() {
        #expect(pins.read([0x35], 1) == [0xFF])
        #expect(pins.read([0x9F], 1) == [0xC2])
        pins.perform([0x01, 0x40])
        pins.send([0x35])
        #expect(pins.read([0x9F], 3) == [0xFF, 0xFF, 0xFF])
        #expect(pins.readQuad([0xAF], 3) == [0xC2, 0x20, 0x19])
        #expect(
            pins.fetch(0xEB, [0, 0, 0x10], mode: 0, dummy: 4, lines: (4, 4), opcodeLines: 4)
                == Array(Self.contents[0x10..<0x14]))
        pins.sendQuad([0xF5])
        #expect(pins.read([0x9F], 1) == [0xC2])
    }
    @Test(
        arguments: [(0x00, 8, 4, 4), (0x40, 6, 6, 2), (0x80, 8, 8, 6), (0xC0, 10, 10, 8)]
            as [(UInt8, Int, Int, Int)])
    func `waits as DC1-0 say`(code: UInt8, fast: Int, dual: Int, quad: Int) {
        pins.perform([0x01, 0x40, code | 0x07])
        #expect(pins.register(0x15) == code | 0x07)
        let expected = Array(Self.contents[0x10..<0x14])
        #expect(pins.fetch(0x0B, [0, 0, 0x10], dummy: fast) == expected)
        #expect(pins.fetch(0xBB, [0, 0, 0x10], dummy: dual, lines: (2, 2)) == expected)
        #expect(pins.fetch(0xEB, [0, 0, 0x10], mode: 0xFF, dummy: quad, lines: (4, 4)) == expected)
        #expect(pins.fetch(0xEC, [0, 0, 0, 0x10], mode: 0xFF, dummy: quad, lines: (4, 4)) == expected)
        pins.flash.powerCycle()
        #expect(pins.register(0x15) == 0x07)
    }
    @Test(arguments: [0xA5, 0x5A, 0xF0, 0x0F] as [UInt8])
    func `enhances performance while P7-4 and P3-0 toggle`(mode: UInt8) {
        pins.perform([0x01, 0x40])
        let expected = Array(Self.contents[0x20..<0x24])
        #expect(pins.fetch(0xEB, [0, 0, 0x20], mode: mode, dummy: 4, lines: (4, 4)) == expected)
        #expect(pins.fetch(nil, [0, 0, 0x20], mode: 0xAA, dummy: 4, lines: (4, 4)) == expected)
        #expect(pins.read([0x9F], 1) == [0xC2])
    }
    @Test func `shows 4-byte mode in CR bit 5, without a write enable`() {
        pins.send([0xB7])
        #expect(pins.register(0x15) == 0x27)
        pins.perform([0x02] + FlashPins.longAddress(0x123_4567) + [0x42])
        pins.send([0xE9])
        #expect(pins.read([0x13] + FlashPins.longAddress(0x123_4567), 1) == [0x42])
        pins.enable()
        pins.send([0xC5, 1])
        #expect(pins.read([0x03, 0x23, 0x45, 0x67], 1) == [0x42])
        // 01h cannot change the mode, and one byte leaves CR alone.
        pins.perform([0x01, 0x00, 0xE7])
        #expect(pins.register(0x15) == 0xC7)
        pins.perform([0x01, 0x00])
        #expect(pins.register(0x15) == 0xC7)
    }
    @Test func `programs on four lines by 38h`() {
        pins.perform([0x01, 0x40])
        pins.enable()
        pins.select()
        pins.shiftOut([0x38], lines: 1)
        pins.shiftOut([0x20, 0, 0, 1, 2, 3], lines: 4)
        pins.deselect()
        pins.waitWhileBusy()
        #expect(pins.read([0x03, 0x20, 0, 0], 4) == [1, 2, 3, 0xFF])
    }
    @Test func `flags failures in SCUR until the next program or erase`() {
        pins.perform([0x01, 0x04])
        pins.send([0xB7])
        pins.enable()
        pins.send([0x02] + FlashPins.longAddress(0x1FF_0000) + [0])
        #expect(pins.register(0x2B) == 0x20)
        pins.enable()
        pins.send([0xD8] + FlashPins.longAddress(0x1FF_0000))
        #expect(pins.register(0x2B) & 0x40 == 0x40)
        pins.perform([0x02] + FlashPins.longAddress(0) + [0])
        #expect(pins.register(0x2B) == 0)
    }
    @Test func `protects from the bottom for good once TB is set`() {
        pins.perform([0x01, 0x04, 0x0F])
        pins.perform([0x01, 0x04, 0x07])
        #expect(pins.register(0x15) == 0x0F)
        pins.perform([0x02, 0, 0x10, 0, 0])
        pins.perform([0x02, 1, 0, 0, 0])
        #expect(pins.read([0x03, 0, 0x10, 0], 1) == [0xFF])
        #expect(pins.read([0x03, 1, 0, 0], 1) == [0])
    }
    @Test func `suspends by B0h, resumes by 30h`() {
        pins.enable()
        pins.send([0xD8, 0, 0, 0])
        pins.send([0xB0])
        pins.wait(25 * .microsecond)
        #expect(pins.register(0x05) & 1 == 0)
        #expect(pins.register(0x2B) == 0x08)
        pins.send([0x30])
        #expect(pins.register(0x05) & 1 == 1)
        pins.waitWhileBusy()
        #expect(pins.register(0x2B) == 0)
    }
    @Test func `wraps 4READ as C0h says`() {
        pins.perform([0x01, 0x40])
        pins.send([0xC0, 0x01])
        let wrapped = [0x1E, 0x1F, 0x10, 0x11].map { Self.contents[$0] }
        #expect(pins.fetch(0xEB, [0, 0, 0x1E], mode: 0, dummy: 4, lines: (4, 4)) == wrapped)
        pins.send([0xC0, 0x10])
        #expect(
            pins.fetch(0xEB, [0, 0, 0x1E], mode: 0, dummy: 4, lines: (4, 4))
                == Array(Self.contents[0x1E..<0x22]))
    }
}
