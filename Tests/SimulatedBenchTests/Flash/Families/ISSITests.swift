// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Testing

@testable import SimulatedBench

/// Read parameters, function and extended read register, bank register (IS25LP064A and IS25LP256D data sheets, §6 and §8).
@Suite struct `ISSI flash` {
    private static let contents: [UInt8] = (0..<256).map { UInt8(truncatingIfNeeded: $0 &* 29 &+ 3) }
    private let pins = FlashPins.of("is25lp064", contents: contents)

    @Test func `comes up with QE = 0 and default read parameters`() {
        #expect(pins.read([0x9F], 3) == [0x9D, 0x60, 0x17])
        #expect(pins.read([0xAB, 0, 0, 0], 1) == [0x16])
        #expect(pins.register(0x05) == 0)
        #expect(pins.register(0x48) == 0)
        #expect(pins.register(0x61) == 0)
        #expect(pins.register(0x81) == 0xE0)
    }
    @Test func `needs QE, which is SR1 bit 6, on four lines`() {
        #expect(pins.fetch(0xEB, [0, 0, 0], mode: 0, dummy: 4, lines: (4, 4)) == [0xFF, 0xFF, 0xFF, 0xFF])
        pins.perform([0x01, 0x40])
        #expect(pins.fetch(0xEB, [0, 0, 0], mode: 0, dummy: 4, lines: (4, 4)) == Array(Self.contents[0..<4]))
    }
    @Test(arguments: [0xC0, 0x63] as [UInt8], [(0, 8, 4), (8, 8, 6), (14, 14, 12)] as [(UInt8, Int, Int)])
    func `waits as the read parameters say, mode bits included`(opcode: UInt8, row: (UInt8, Int, Int)) {
        pins.perform([0x01, 0x40])
        pins.send([opcode, row.0 << 3])
        #expect(pins.register(0x61) == row.0 << 3)
        let expected = Array(Self.contents[0x10..<0x14])
        #expect(pins.fetch(0x0B, [0, 0, 0x10], dummy: row.1) == expected)
        #expect(pins.fetch(0xEB, [0, 0, 0x10], mode: 0, dummy: row.2, lines: (4, 4)) == expected)
        pins.flash.powerCycle()
        #expect(pins.register(0x61) == 0)
        pins.perform([0x65, row.0 << 3])
        pins.flash.powerCycle()
        #expect(pins.register(0x61) == row.0 << 3)
    }
    @Test func `reads on after AXh, and wraps as P2-0 say`() {
        pins.perform([0x01, 0x40])
        let expected = Array(Self.contents[0x20..<0x24])
        #expect(pins.fetch(0xEB, [0, 0, 0x20], mode: 0xA0, dummy: 4, lines: (4, 4)) == expected)
        #expect(pins.fetch(nil, [0, 0, 0x20], mode: 0x20, dummy: 4, lines: (4, 4)) == expected)
        pins.send([0xC0, 0x05])
        #expect(pins.read([0x03, 0, 0, 0x1E], 4) == [0x1E, 0x1F, 0x10, 0x11].map { Self.contents[$0] })
    }
    @Test func `flags failures in its extended read register until 82h`() {
        pins.perform([0x01, 0x04])
        pins.enable()
        pins.send([0x02, 0x7F, 0, 0, 0])
        #expect(pins.register(0x05) == 0x04)
        #expect(pins.register(0x81) == 0xE6)
        pins.send([0x82])
        #expect(pins.register(0x81) == 0xE0)
        pins.enable()
        pins.send([0xD7, 0x7F, 0, 0])
        #expect(pins.register(0x81) == 0xEA)
    }
    @Test func `enters QPI by 35h and leaves it by F5h`() {
        pins.perform([0x01, 0x40])
        pins.send([0x35])
        #expect(pins.readQuad([0xAF], 3) == [0x9D, 0x60, 0x17])
        #expect(pins.readQuad([0x0B, 0, 0, 0x10], 4, dummy: 6) == Array(Self.contents[0x10..<0x14]))
        pins.sendQuad([0xF5])
        #expect(pins.read([0x9F], 1) == [0x9D])
    }
    @Test func `keeps four information rows with locks of their own`() {
        pins.perform([0x62, 0, 0x30, 0x10, 0x5A])
        #expect(pins.read([0x68, 0, 0x30, 0x10, 0], 1) == [0x5A])
        #expect(pins.read([0x68, 0, 0, 0x10, 0], 1) == [0xFF])
        pins.perform([0x42, 0x80])
        pins.perform([0x42, 0x00])
        #expect(pins.register(0x48) == 0x80)
        pins.perform([0x62, 0, 0x30, 0x10, 0x00])
        #expect(pins.read([0x68, 0, 0x30, 0x10, 0], 1) == [0x5A])
        pins.perform([0x62, 0, 0x20, 0, 0x00])
        #expect(pins.read([0x68, 0, 0x20, 0, 0], 1) == [0])
    }

    // MARK: 32 MiB

    @Test func `switches to four bytes by B7h or the bank register, back by 29h`() {
        let pins = FlashPins.of("is25lp256", contents: Self.contents)
        pins.send([0xB7])
        #expect(pins.register(0x16) == 0x80)
        pins.send([0xE9])
        #expect(pins.register(0x16) == 0x80)
        pins.send([0x29])
        #expect(pins.register(0xC8) == 0x00)
        pins.perform([0x12] + FlashPins.longAddress(0x123_4567) + [0x42])
        pins.send([0x17, 0x01])
        #expect(pins.read([0x03, 0x23, 0x45, 0x67], 1) == [0x42])
        pins.send([0x17, 0x80])
        #expect(pins.read([0x03] + FlashPins.longAddress(0x123_4567), 1) == [0x42])
        pins.flash.powerCycle()
        #expect(pins.register(0x16) == 0x00)
        pins.perform([0x18, 0x80])
        #expect(pins.register(0x16) == 0x00)
        pins.flash.powerCycle()
        #expect(pins.register(0x16) == 0x80)
    }
}
