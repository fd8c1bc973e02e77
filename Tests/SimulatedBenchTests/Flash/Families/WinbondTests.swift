// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Testing

@testable import SimulatedBench

/// Addressing, protection and dies of the large parts (W25Q256JV data sheet revision G §7.1 and §8.2; W25Q01JV revision B1).
@Suite struct `Winbond flash beyond 16 MiB` {
    private static let contents: [UInt8] = (0..<256).map { UInt8(truncatingIfNeeded: $0 &* 29 &+ 3) }
    private let pins = FlashPins.of("w25q256jv", contents: contents)

    @Test(arguments: [("w25q256jv", 0x19), ("w25q512jv", 0x20), ("w25q01jv", 0x21)] as [(String, UInt8)])
    func `has its id and QE fixed at 1`(name: String, capacity: UInt8) {
        let pins = FlashPins.of(name)
        #expect(pins.read([0x9F], 3) == [0xEF, 0x40, capacity])
        pins.perform([0x31, 0x00])
        #expect(pins.status(2) == 0x02)
    }
    @Test func `shows the address mode in ADS, and powers up as ADP says`() {
        #expect(pins.status(3) == 0x60)
        pins.send([0xB7])
        #expect(pins.status(3) == 0x61)
        pins.perform([0x02] + FlashPins.longAddress(0x123_4567) + [0x42])
        #expect(pins.read([0x03] + FlashPins.longAddress(0x123_4567), 1) == [0x42])
        pins.send([0xE9])
        #expect(pins.status(3) == 0x60)
        pins.perform([0x11, 0x62])
        #expect(pins.status(3) == 0x62)
        pins.flash.powerCycle()
        #expect(pins.status(3) == 0x63)
    }
    @Test func `takes address bit 24 from the extended address register in 3-byte mode`() {
        pins.send([0xC5, 0x01])
        #expect(pins.register(0xC8) == 0)
        pins.enable()
        pins.send([0xC5, 0x01])
        #expect(pins.register(0xC8) == 1)
        #expect(pins.isWriteEnabled)
        pins.perform([0x02, 0x23, 0x45, 0x67, 0x42])
        #expect(pins.read([0x13] + FlashPins.longAddress(0x123_4567), 1) == [0x42])
        pins.send([0x66])
        pins.send([0x99])
        pins.wait(30 * .microsecond)
        #expect(pins.register(0xC8) == 0)
    }
    @Test(
        arguments: [
            (0x0C, nil, 8, 1, 1), (0x3C, nil, 8, 1, 2), (0xBC, 0xF0, 0, 2, 2), (0x6C, nil, 8, 1, 4),
            (0xEC, 0xF0, 4, 4, 4),
        ]
            as [(UInt8, UInt8?, Int, Int, Int)])
    func `reads with 4-byte opcodes`(opcode: UInt8, mode: UInt8?, dummy: Int, lines: Int, data: Int) {
        #expect(
            pins.fetch(
                opcode, FlashPins.longAddress(0x10), mode: mode, dummy: dummy, lines: (lines, data))
                == Array(Self.contents[0x10..<0x14]))
    }
    @Test func `programs and erases with 4-byte opcodes, but has none for 32 KiB`() {
        pins.perform([0x12] + FlashPins.longAddress(0x100_0000) + [0x00])
        pins.enable()
        pins.send([0x5C] + FlashPins.longAddress(0x100_0000))
        #expect(!pins.isBusy)
        pins.perform([0x21] + FlashPins.longAddress(0x100_0000))
        #expect(pins.read([0x13] + FlashPins.longAddress(0x100_0000), 1) == [0xFF])
    }
    /// BP3-0 and TB, and the protected part, as the table for CMP = 0 has them.
    @Test(
        arguments: [
            (0x04, 0x1FF_0000), (0x08, 0x1FE_0000), (0x20, 0x180_0000), (0x24, 0x100_0000), (0x28, 0),
            (0x3C, 0),
        ]
            as [(UInt8, Int)])
    func `protects from the top in powers of two of a block`(bits: UInt8, start: Int) {
        pins.perform([0x01, bits])
        for address in [start - 1, start] where address >= 0 {
            pins.perform([0x12] + FlashPins.longAddress(address) + [0])
            let isFree = pins.read([0x13] + FlashPins.longAddress(address), 1) == [0]
            #expect(isFree == (address < start), "\(address)")
        }
        pins.perform([0x01, bits | 0x40])
        let bottom = start == 0 ? 0x200_0000 : 0x200_0000 - start
        pins.perform([0x12] + FlashPins.longAddress(bottom - 1) + [0])
        #expect(pins.read([0x13] + FlashPins.longAddress(bottom - 1), 1) != [0] || start == 0x100_0000)
    }

    // MARK: Stacked dies

    @Test func `of two dies shows the busy bit of the active one`() {
        let pins = FlashPins.of("w25q01jv")
        pins.enable()
        pins.send([0x21] + FlashPins.longAddress(0x400_0000))
        // The address made the second die active.
        #expect(pins.register(0x05) & 1 == 1)
        pins.send([0xC2, 0])
        #expect(pins.register(0x05) & 1 == 0)
        // Nothing but the die select and status reads is heard meanwhile.
        #expect(pins.read([0x9F], 1) == [0xFF])
        pins.send([0xC2, 1])
        #expect(pins.register(0x05) & 1 == 1)
        pins.send([0xC2, 7])
        #expect(pins.register(0x05) & 1 == 1)
        pins.waitWhileBusy()
        #expect(pins.read([0x9F], 1) == [0xEF])
    }
    @Test func `of two dies reads across them and erases both with C7h`() {
        let pins = FlashPins.of("w25q01jv")
        for address in [0x3FF_FFFF, 0x400_0000] {
            pins.perform([0x12] + FlashPins.longAddress(address) + [0x11])
        }
        #expect(pins.read([0x13] + FlashPins.longAddress(0x3FF_FFFF), 2) == [0x11, 0x11])
        pins.perform([0xC7])
        pins.send([0xC2, 1])
        pins.waitWhileBusy()
        #expect(pins.read([0x13] + FlashPins.longAddress(0x3FF_FFFF), 2) == [0xFF, 0xFF])
    }
}
