// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Testing

@testable import SimulatedBench

/// S25FL-S: error bits that keep the part busy, 01h with two bytes, bank register, parameter sectors, latency codes
/// (S25FL128S/S25FL256S data sheet, §7.5 and §9).
@Suite struct `Spansion FL-S flash` {
    private static let contents: [UInt8] = (0..<256).map { UInt8(truncatingIfNeeded: $0 &* 29 &+ 3) }
    private let pins = FlashPins.of("s25fl256s", contents: contents)

    @Test func `comes up with QUAD = 0 and its long id`() {
        #expect(pins.read([0x9F], 6) == [0x01, 0x02, 0x19, 0x4D, 0x01, 0x80])
        #expect([0x05, 0x07, 0x35, 0x16].map(pins.register) == [0, 0, 0, 0])
    }
    @Test func `writes SR1 and CR1 with 01h, and has no 31h`() {
        pins.perform([0x31, 0x02])
        #expect(pins.register(0x35) == 0)
        let time = pins.perform([0x01, 0x00, 0x02])
        #expect(time / .millisecond == 140 || time / .millisecond == 139)
        #expect(pins.register(0x35) == 0x02)
        pins.perform([0x01, 0x00])
        #expect(pins.register(0x35) == 0x02)
        #expect(pins.fetch(0x6B, [0, 0, 0], dummy: 8, lines: (1, 4)) == Array(Self.contents[0..<4]))
    }
    @Test(arguments: [(0, 8, 0, 4), (1, 8, 1, 4), (2, 8, 2, 5), (3, 0, 0, 1)] as [(UInt8, Int, Int, Int)])
    func `waits as the latency code says`(code: UInt8, fast: Int, dual: Int, quad: Int) {
        pins.perform([0x01, 0x00, code << 6 | 0x02])
        let expected = Array(Self.contents[0x10..<0x14])
        #expect(pins.fetch(0x0B, [0, 0, 0x10], dummy: fast) == expected)
        #expect(pins.fetch(0xBB, [0, 0, 0x10], mode: 0, dummy: dual, lines: (2, 2)) == expected)
        #expect(pins.fetch(0xEB, [0, 0, 0x10], mode: 0, dummy: quad, lines: (4, 4)) == expected)
        #expect(pins.fetch(0xEC, [0, 0, 0, 0x10], mode: 0, dummy: quad, lines: (4, 4)) == expected)
    }
    @Test func `stays busy after a failure until 30h clears it`() {
        // BP2-0 = 1: the upper 64th.
        pins.perform([0x01, 0x04])
        pins.enable()
        pins.send([0x12] + FlashPins.longAddress(0x1FF_0000) + [0])
        #expect(pins.register(0x05) == 0x45)
        pins.wait(10 * .second)
        #expect(pins.register(0x05) == 0x45)
        #expect(pins.read([0x9F], 1) == [0xFF])
        pins.send([0x30])
        #expect(pins.register(0x05) == 0x04)
        #expect(pins.read([0x9F], 1) == [0x01])
        pins.enable()
        pins.send([0xDC] + FlashPins.longAddress(0x1FF_0000))
        #expect(pins.register(0x05) == 0x25)
        pins.send([0xF0])
        pins.wait(35 * .microsecond)
        #expect(pins.register(0x05) == 0x04)
    }
    @Test func `addresses by bank register and by 4-byte opcodes, and has no B7h`() {
        pins.send([0xB7])
        #expect(pins.register(0x16) == 0)
        pins.perform([0x12] + FlashPins.longAddress(0x123_4567) + [0x42])
        pins.send([0x17, 0x01])
        #expect(pins.read([0x03, 0x23, 0x45, 0x67], 1) == [0x42])
        pins.send([0x17, 0x80])
        #expect(pins.read([0x03] + FlashPins.longAddress(0x123_4567), 1) == [0x42])
        pins.send([0xF0])
        pins.wait(35 * .microsecond)
        #expect(pins.register(0x16) == 0)
    }
    @Test func `erases 4 KiB in the parameter sectors only`() {
        for address in [0x1_F000, 0x2_0000] {
            pins.perform([0x12] + FlashPins.longAddress(address) + [0])
            pins.enable()
            pins.send([0x20] + FlashPins.address(address))
            #expect((pins.register(0x05) & 1 == 1) == (address < 0x2_0000))
            pins.waitWhileBusy()
        }
        #expect(pins.read([0x03] + FlashPins.address(0x1_F000), 1) == [0xFF])
        #expect(pins.read([0x03] + FlashPins.address(0x2_0000), 1) == [0])
        pins.perform([0xD8] + FlashPins.address(0x2_0000))
        #expect(pins.read([0x03] + FlashPins.address(0x2_0000), 1) == [0xFF])
    }
    @Test func `has them at the top once TBPARM is set, for good`() {
        pins.perform([0x01, 0x00, 0x04])
        pins.perform([0x01, 0x00, 0x00])
        #expect(pins.register(0x35) == 0x04)
        pins.perform([0x12] + FlashPins.longAddress(0x1FF_F000) + [0])
        pins.perform([0x21] + FlashPins.longAddress(0x1FF_F000))
        #expect(pins.read([0x13] + FlashPins.longAddress(0x1FF_F000), 1) == [0xFF])
        pins.enable()
        pins.send([0x21] + FlashPins.longAddress(0x1000))
        #expect(pins.register(0x05) & 1 == 0)
    }
    @Test func `freezes its protection until power is lost`() {
        pins.perform([0x01, 0x04, 0x01])
        pins.perform([0x01, 0x00, 0x01])
        #expect(pins.register(0x05) == 0x04)
        pins.send([0xF0])
        pins.wait(35 * .microsecond)
        #expect(pins.register(0x35) == 0x01)
        pins.flash.powerCycle()
        #expect(pins.register(0x35) == 0x00)
    }
}

/// S25HL-T: registers by address, page size and sector map by register (S25HL512T data sheet).
@Suite struct `Infineon HL-T flash` {
    private static let contents: [UInt8] = (0..<1024).map { UInt8(truncatingIfNeeded: $0 &* 29 &+ 3) }
    private let pins = FlashPins.of("s25hl512t", contents: contents)

    private func register(_ address: Int, dummy: Int = 0) -> UInt8 {
        pins.fetch(0x65, FlashPins.address(address), dummy: dummy, count: 1)[0]
    }
    private func write(_ address: Int, _ value: UInt8) {
        pins.perform([0x71] + FlashPins.address(address) + [value])
    }

    @Test func `reads registers at once, their copies after a latency`() {
        #expect(pins.read([0x9F], 6) == [0x34, 0x2A, 0x1A, 0x0F, 0x03, 0x90])
        #expect(register(0x800003) == 0x08)
        #expect(register(0x000003, dummy: 8) == 0x08)
        #expect(register(0x800006) == 0xFF)
    }
    @Test func `writes what is in force at once, what is kept in its time`() {
        pins.enable()
        pins.send([0x71, 0x80, 0x00, 0x02, 0x02])
        #expect(pins.register(0x05) == 0)
        #expect(pins.register(0x35) == 0x02)
        pins.flash.powerCycle()
        #expect(pins.register(0x35) == 0x00)
        pins.enable()
        pins.send([0x71, 0x00, 0x00, 0x02, 0x02])
        #expect(pins.register(0x05) & 1 == 1)
        pins.waitWhileBusy()
        pins.flash.powerCycle()
        #expect(pins.register(0x35) == 0x02)
    }
    @Test func `needs QUADIT on four lines, and mode clocks for 0Bh`() {
        #expect(pins.fetch(0xEB, [0, 0, 0], mode: 0, dummy: 8, lines: (4, 4)) == [0xFF, 0xFF, 0xFF, 0xFF])
        write(0x800002, 0x02)
        #expect(pins.fetch(0xEB, [0, 0, 0], mode: 0, dummy: 8, lines: (4, 4)) == Array(Self.contents[0..<4]))
        #expect(pins.fetch(0x0B, [0, 0, 0], mode: 0, dummy: 8) == Array(Self.contents[0..<4]))
        write(0x800003, 0x05)
        #expect(
            pins.fetch(0xEC, [0, 0, 0, 0], mode: 0, dummy: 5, lines: (4, 4)) == Array(Self.contents[0..<4]))
    }
    @Test func `switches to four bytes by B7h or ADRBYT, back by B8h`() {
        pins.send([0xB7])
        #expect(pins.fetch(0x65, FlashPins.longAddress(0x800003), count: 1) == [0x88])
        pins.send([0xE9])
        #expect(pins.fetch(0x65, FlashPins.longAddress(0x800003), count: 1) == [0x88])
        pins.send([0xB8])
        #expect(register(0x800003) == 0x08)
    }
    @Test func `takes everything on four lines with CFR2 bit 6, until a reset`() {
        // What is in force changes at once; whoever asks on one line then is not heard.
        pins.enable()
        pins.send([0x71, 0x80, 0x00, 0x03, 0x48])
        #expect(pins.read([0x9F], 1) == [0xFF])
        #expect(pins.readQuad([0x9F], 3) == [0x34, 0x2A, 0x1A])
        #expect(
            pins.fetch(0xEB, [0, 0, 0], mode: 0, dummy: 8, lines: (4, 4), opcodeLines: 4)
                == Array(Self.contents[0..<4]))
        pins.sendQuad([0x06])
        pins.sendQuad([0x02, 8, 0, 0, 0x5A])
        pins.flash.finish()
        #expect(pins.flash.array[0x8_0000] == 0x5A)
        pins.sendQuad([0x66])
        pins.sendQuad([0x99])
        pins.wait(1 * .millisecond)
        #expect(pins.read([0x9F], 1) == [0x34])
    }
    /// Linux spi-nor asks each die by its own address.
    @Test func `has the second die's status 128 MiB behind the first one's`() {
        let pins = FlashPins.of("s25hl02gt")
        func status(_ die: Int) -> UInt8 {
            pins.fetch(0x65, FlashPins.longAddress(die * 0x800_0000 + 0x80_0000), count: 1)[0]
        }
        pins.send([0xB7])
        pins.enable()
        pins.send([0xDC] + FlashPins.longAddress(0x900_0000))
        #expect((0..<2).map { status($0) & 1 } == [0, 1])
        pins.flash.finish()
        #expect((0..<3).map { status($0) } == [0, 0, 0xFF])
    }
    @Test func `programs 512 bytes at once where CR3 says so`() {
        let data = (0..<512).map { UInt8(truncatingIfNeeded: $0 ^ $0 >> 8) }
        let address = 0x8_0000
        pins.perform([0x02] + FlashPins.address(address) + data)
        // A page of 256: the last bytes win.
        #expect(
            pins.read([0x03] + FlashPins.address(address), 512)
                == data[256...] + Array(repeating: 0xFF, count: 256))
        write(0x800004, 0x10)
        pins.perform([0x02] + FlashPins.address(address + 0x200) + data)
        #expect(pins.read([0x03] + FlashPins.address(address + 0x200), 512) == data)
    }
    @Test func `erases 4 KiB at the bottom, the rest of that sector by D8h, and 256 KiB elsewhere`() {
        for address in [0x1000, 0x2_0000, 0x4_0000, 0x7_FFFF] {
            pins.perform([0x02] + FlashPins.address(address) + [0])
        }
        pins.perform([0x20] + FlashPins.address(0x1000))
        #expect(pins.read([0x03] + FlashPins.address(0x1000), 1) == [0xFF])
        pins.enable()
        pins.send([0x20] + FlashPins.address(0x2_0000))
        #expect(!pins.isBusy)
        pins.perform([0xD8] + FlashPins.address(0x2_0000))
        #expect(pins.read([0x03] + FlashPins.address(0x2_0000), 1) == [0xFF])
        #expect(pins.read([0x03] + FlashPins.address(0), 2) == Array(Self.contents[0..<2]))
        #expect(pins.read([0x03] + FlashPins.address(0x4_0000), 1) == [0])
        pins.perform([0xD8] + FlashPins.address(0x4_1234))
        #expect(pins.read([0x03] + FlashPins.address(0x7_FFFF), 1) == [0xFF])
        // Uniform: the first sector is one, and there are no small ones.
        write(0x800004, 0x08)
        pins.enable()
        pins.send([0x20] + FlashPins.address(0x1000))
        #expect(!pins.isBusy)
        pins.perform([0xD8] + FlashPins.address(0))
        #expect(pins.read([0x03] + FlashPins.address(0), 2) == [0xFF, 0xFF])
    }
}
