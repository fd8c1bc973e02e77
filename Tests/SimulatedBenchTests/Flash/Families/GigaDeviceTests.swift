// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Testing

@testable import SimulatedBench

/// Where GigaDevice's parts differ from Winbond's (GD25Q128E data sheet 1.2, §6 and §7).
@Suite struct `GigaDevice flash` {
    private static let contents: [UInt8] = (0..<256).map { UInt8(truncatingIfNeeded: $0 &* 29 &+ 3) }
    private let pins = FlashPins.of("gd25q128", contents: contents)

    @Test func `comes up with QE = 0`() {
        #expect(pins.read([0x9F], 3) == [0xC8, 0x40, 0x18])
        #expect((1...3).map(pins.status) == [0x00, 0x00, 0x20])
        #expect(pins.fetch(0xEB, [0, 0, 0], mode: 0, dummy: 4, lines: (4, 4)) == [0xFF, 0xFF, 0xFF, 0xFF])
        pins.perform([0x31, 0x02])
        #expect(pins.fetch(0xEB, [0, 0, 0], mode: 0, dummy: 4, lines: (4, 4)) == Array(Self.contents[0..<4]))
    }
    @Test func `of generation C has QE in bit 6 of its first register`() {
        let pins = FlashPins.of("gd25q256c", contents: Self.contents)
        #expect(pins.read([0x9F], 3) == [0xC8, 0x40, 0x19])
        pins.perform([0x31, 0x02])
        #expect(pins.status(2) == 0)
        #expect(pins.fetch(0xEB, [0, 0, 0], mode: 0, dummy: 4, lines: (4, 4)) == [0xFF, 0xFF, 0xFF, 0xFF])
        pins.perform([0x01, 0x40])
        #expect(pins.fetch(0xEB, [0, 0, 0], mode: 0, dummy: 4, lines: (4, 4)) == Array(Self.contents[0..<4]))
    }
    @Test func `writes one register with 01h, however many bytes come`() {
        pins.perform([0x01, 0x04, 0x02])
        #expect((1...2).map(pins.status) == [0x04, 0x00])
    }
    @Test func `has security registers of 1024 bytes`() {
        pins.perform([0x42, 0, 0x13, 0xFF, 0x5A])
        #expect(pins.read([0x48, 0, 0x13, 0xFF, 0], 2) == [0x5A, 0xFF])
        pins.perform([0x42, 0, 0x14, 0x00, 0x5A])
        #expect(pins.read([0x48, 0, 0x14, 0x00, 0], 1) == [0xFF])
    }
    @Test func `tells a suspended erase from a suspended program, and has no locks of single blocks`() {
        pins.enable()
        pins.send([0xD8, 0, 0, 0])
        pins.send([0x75])
        pins.wait(20 * .microsecond)
        #expect(pins.status(2) == 0x80)
        pins.send([0x7A])
        pins.waitWhileBusy()
        pins.enable()
        pins.send([0x02, 1, 0, 0] + Array(repeating: 0, count: 256))
        pins.send([0x75])
        pins.wait(20 * .microsecond)
        #expect(pins.status(2) == 0x04)
        #expect(pins.read([0x3D, 0, 0, 0], 1) == [0xFF])
    }
}
