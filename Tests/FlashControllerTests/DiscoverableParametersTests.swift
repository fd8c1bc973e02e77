// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashController
import HardwareDescription
import Testing

/// The area that a W25Q128 with JEDEC id EF 40 18 gives, as published with Linux' driver for it.
private let winbond: [UInt8] = {
    var area = [UInt8](repeating: 0xFF, count: 256)
    let header: [UInt8] = [
        0x53, 0x46, 0x44, 0x50, 0x05, 0x01, 0x00, 0xFF, 0x00, 0x05, 0x01, 0x10, 0x80, 0x00, 0x00, 0xFF,
    ]
    let table: [UInt8] = [
        0xE5, 0x20, 0xF9, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 0x44, 0xEB, 0x08, 0x6B, 0x08, 0x3B, 0x42, 0xBB,
        0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0xFF, 0xFF, 0x40, 0xEB, 0x0C, 0x20, 0x0F, 0x52,
        0x10, 0xD8, 0x00, 0x00, 0x36, 0x02, 0xA6, 0x00, 0x82, 0xEA, 0x14, 0xC9, 0xE9, 0x63, 0x76, 0x33,
        0x7A, 0x75, 0x7A, 0x75, 0xF7, 0xA2, 0xD5, 0x5C, 0x19, 0xF7, 0x4D, 0xFF, 0xE9, 0x30, 0xF8, 0x80,
    ]
    area.replaceSubrange(0..<header.count, with: header)
    area.replaceSubrange(0x80..<0x80 + table.count, with: table)
    return area
}()

@Suite struct `Discoverable parameters` {
    @Test func `say size, units and times`() throws {
        let parameters = try #require(DiscoverableParameters(winbond))
        #expect((parameters.major, parameters.minor) == (1, 5))
        #expect(parameters.size == 16 << 20)
        #expect(parameters.page == 256)
        #expect(parameters.addressing == .three)
        #expect(parameters.erases.map(\.size) == [4 << 10, 32 << 10, 64 << 10])
        #expect(parameters.erases.map(\.instruction) == [0x20, 0x52, 0xD8])
        // 64, 128 and 160 ms, and fourteen times that.
        #expect(
            parameters.erases.map { $0.time?.typical } == [
                .milliseconds(64), .milliseconds(128), .milliseconds(160),
            ])
        #expect(parameters.erases[0].time?.maximum == .milliseconds(896))
        #expect(parameters.pageProgram?.typical == .microseconds(704))
        #expect(parameters.chipErase?.typical == .seconds(40))
        #expect(parameters.quadEnableRequirement == 4)
        #expect(parameters.hasStatusPolling)
        #expect(!parameters.hasFourByteInstructions)
    }

    @Test func `make a chip of a flash that no file describes`() throws {
        let parameters = try #require(DiscoverableParameters(winbond))
        let chip = try #require(FlashChipDefinition(parameters, identification: [1, 2, 3]))
        #expect(chip.size == 16 << 20 && chip.page == 256)
        #expect(chip.erases.map(\.size) == [4 << 10, 32 << 10, 64 << 10])
        #expect(chip.chipErase?.typical == .seconds(40))
        #expect(chip.isIdentified(by: [1, 2, 3]))
        #expect(chip.protection == nil && chip.quadEnable == nil)
        #expect(chip.busy != nil && chip.writeEnabled != nil)
        #expect(chip.instruction(.read)?.opcode == 0x0B && chip.instruction(.program)?.opcode == 0x02)
        #expect(chip.instructions.allSatisfy { $0.addressBytes == nil })
    }

    @Test func `tell the instructions that always take four bytes of address`() throws {
        var area = winbond
        // A second table: its id, edition, two words, where it is; read, program and two of the three erases are there.
        area[6] = 1
        area.replaceSubrange(0x10..<0x18, with: [0x84, 0x00, 0x01, 0x02, 0xC0, 0x00, 0x00, 0xFF])
        area.replaceSubrange(0xC0..<0xC8, with: [0x42, 0x0A, 0x00, 0x00, 0x21, 0x5C, 0xDC, 0xFF])
        let parameters = try #require(DiscoverableParameters(area))
        #expect(parameters.hasFourByteInstructions)
        #expect(parameters.erases.map(\.longInstruction) == [0x21, nil, 0xDC])
        let chip = try #require(FlashChipDefinition(parameters, identification: [1, 2, 3]))
        let long = chip.instructions.filter { $0.addressBytes == 4 }
        #expect(long.map(\.opcode) == [0x21, 0xDC, 0x0C, 0x12])
    }

    @Test func `of the first edition have neither page nor times`() throws {
        var area = winbond
        area[11] = 9
        let parameters = try #require(DiscoverableParameters(area))
        #expect(
            parameters.page == nil && parameters.chipErase == nil && parameters.quadEnableRequirement == nil)
        #expect(parameters.erases.map(\.time) == [nil, nil, nil])
        #expect(FlashChipDefinition(parameters, identification: [1, 2, 3])?.erases.isEmpty == true)
    }

    @Test func `are taken from the last whole table`() throws {
        var area = winbond
        area[6] = 1
        // A second header, for a table that says 32 MiB.
        area.replaceSubrange(16..<24, with: [0x00, 0x06, 0x01, 0x10, 0x20, 0x00, 0x00, 0xFF])
        area.replaceSubrange(0x20..<0x60, with: winbond[0x80..<0xC0])
        area[0x27] = 0x0F
        #expect(DiscoverableParameters(area)?.size == 32 << 20)
        // One that is not whole does not count.
        area[20] = 0xF0
        #expect(DiscoverableParameters(area)?.size == 16 << 20)
    }

    @Test(arguments: [
        (UInt32(0x8000_001E), UInt64(1) << 27), (0x8000_0023, 1 << 32), (0x8000_0002, nil),
        (0x8000_0040, nil),
        (0xFFFF_FFFF, nil), (0x0000_0003, nil), (0x7FFF_FFFF, 1 << 28),
    ])
    func `a density may be anything`(word: UInt32, size: UInt64?) {
        var area = winbond
        for byte in 0..<4 { area[0x84 + byte] = UInt8(truncatingIfNeeded: word >> UInt32(8 * byte)) }
        #expect(DiscoverableParameters(area)?.size == size)
    }

    @Test func `that are no parameters are none`() {
        #expect(DiscoverableParameters([]) == nil)
        #expect(DiscoverableParameters([UInt8](repeating: 0xFF, count: 256)) == nil)
        #expect(DiscoverableParameters([UInt8](repeating: 0, count: 256)) == nil)
        for count in 0..<0xC0 {
            #expect(DiscoverableParameters(Array(winbond.prefix(count))) == nil, "\(count)")
        }
    }

    @Test func `hostile bytes are read or refused, never a trap`() {
        var generator = SeededGenerator(seed: 0x5FD9)
        for _ in 0..<3000 {
            var area = winbond
            for _ in 0..<Int.random(in: 1...24, using: &generator) {
                area[Int.random(in: 4..<area.count, using: &generator)] = UInt8.random(
                    in: 0...255, using: &generator)
            }
            area = Array(area.prefix(Int.random(in: 0...area.count, using: &generator)))
            if let parameters = DiscoverableParameters(area) {
                _ = FlashChipDefinition(parameters, identification: [1, 2, 3])
            }
        }
    }
}
