// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import EmulatedCortexM
import Testing

@testable import SimulatedBench

/// Who sees what of the chip (RM0399 §2.3; STM32H745 datasheet, memory map).
@Suite struct `Memory map` {
    /// A place, and whether AP0 (M7), AP1 (D1 interconnect) and AP3 (M4) reach it.
    struct Place: Sendable, CustomTestStringConvertible {
        var address: UInt32
        var seen: [Bool]
        /// RCC_AHB2ENR or RCC_AHB4ENR bit that the D1 side needs.
        var gate: (register: UInt32, bit: UInt32)?
        var isWritable = true
        var testDescription: String { "0x" + String(address, radix: 16) }
    }
    static let places: [Place] = [
        Place(address: 0x0000_0000, seen: [true, false, false]),
        Place(address: 0x0000_FFFC, seen: [true, false, false]),
        Place(address: 0x2000_0000, seen: [true, false, false]),
        Place(address: 0x2001_FFFC, seen: [true, false, false]),
        Place(address: 0x2002_0000, seen: [false, false, false]),
        Place(address: 0x2400_0000, seen: [true, true, true]),
        Place(address: 0x2407_FFFC, seen: [true, true, true]),
        Place(address: 0x2408_0000, seen: [false, false, false]),
        Place(address: 0x3000_0000, seen: [true, true, true], gate: (RCC.ahb2enr, 29)),
        Place(address: 0x3002_0000, seen: [true, true, true], gate: (RCC.ahb2enr, 30)),
        Place(address: 0x3004_7FFC, seen: [true, true, true], gate: (RCC.ahb2enr, 31)),
        Place(address: 0x3004_8000, seen: [false, false, false]),
        Place(address: 0x1000_0000, seen: [true, true, true], gate: (RCC.ahb2enr, 29)),
        Place(address: 0x3800_0000, seen: [true, true, true]),
        Place(address: 0x3800_FFFC, seen: [true, true, true]),
        Place(address: 0x3801_0000, seen: [false, false, false]),
        Place(address: 0x0800_0000, seen: [true, true, true], isWritable: false),
        Place(address: 0x081F_FFFC, seen: [true, true, true], isWritable: false),
        Place(address: 0x0820_0000, seen: [false, false, false]),
        Place(address: 0x1FF1_E800, seen: [true, true, true], isWritable: false),
        Place(address: 0x6000_0000, seen: [false, false, false]),
        Place(address: 0x9000_0000, seen: [false, false, false]),
        Place(address: 0xC000_0000, seen: [false, false, false]),
    ]

    @Test(arguments: places) func `shows each place to those who have a way to it`(_ place: Place) {
        let board = Board()
        board.write(0xE00E_1004, 0x3F, port: 2)
        for (index, port) in [0, 1, 3].enumerated() {
            if port == 3, place.address < 0x0010_0000 {
                // At 0 the M4 has the alias of what it boots from.
                #expect(board.read(place.address, port: 3) == board.read(0x0810_0000 + place.address))
                continue
            }
            if let gate = place.gate, port != 3 {
                board[gate.register] &= ~(1 << gate.bit)
                #expect(board.read(place.address, port: port) == nil, "AP\(port), without its clock")
                board[gate.register] |= 1 << gate.bit
            }
            #expect((board.read(place.address, port: port) != nil) == place.seen[index], "AP\(port)")
            #expect(
                board.write(place.address, 0xA5A5_0000 + UInt32(port), port: port)
                    == (place.seen[index] && place.isWritable), "AP\(port)")
            if place.seen[index], place.isWritable {
                #expect(board.read(place.address, port: port) == 0xA5A5_0000 + UInt32(port))
            }
        }
    }

    @Test func `has the same cells behind aliases`() {
        let board = Board()
        board[RCC.ahb2enr] = 7 << 29
        for (alias, address) in [
            (0x1000_0010, 0x3000_0010), (0x1002_0010, 0x3002_0010), (0x1004_0010, 0x3004_0010),
        ]
            as [(UInt32, UInt32)]
        {
            board[address] = address
            #expect(board[alias] == address)
        }
    }
    @Test func `locks the backup SRAM until PWR_CR1.DBP`() {
        let board = Board()
        #expect(board.read(0x3880_0000) == nil)
        board[RCC.ahb4enr] |= 1 << 28
        let before = board[0x3880_0000]
        board[0x3880_0000] = ~before
        #expect(board[0x3880_0000] == before)
        board[0x5802_4800] |= 1 << 8
        board[0x3880_0000] = ~before
        #expect(board[0x3880_0000] == ~before)
    }
    @Test func `takes every width at every place of a word`() {
        let board = Board()
        board[0x2400_0100] = 0x4433_2211
        #expect((0..<4).map { board.read(0x2400_0100 + $0, .byte) } == [0x11, 0x22, 0x33, 0x44])
        #expect(board.read(0x2400_0102, .halfword) == 0x4433)
        board.write(0x2400_0101, 0xAA, .byte)
        board.write(0x2400_0102, 0xBBCC, .halfword)
        #expect(board[0x2400_0100] == 0xBBCC_AA11)
    }

    @Test func `gives each core's port its own core, and AP1 none`() {
        let board = Board()
        board.write(0xE00E_1004, 0x3F, port: 2)
        #expect(board.read(0xE000_ED00, port: 0) == 0x411F_C271)
        #expect(board.read(0xE000_ED00, port: 3) == 0x410F_C241)
        #expect(board.read(0xE000_ED00, port: 1) == nil)
        #expect(board.read(0xE000_ED00, port: 2) == nil)
    }
    @Test func `shows APB-D at two places, until AP2 hides it`() {
        let board = Board()
        #expect(board.read(0xE00E_1000, port: 2) == 0x2003_6450)
        for port in [0, 1, 3] { #expect(board.read(0x5C00_1000, port: port) == 0x2003_6450) }
        board.write(0x5C00_1004, 7)
        #expect(board.read(0xE00E_1004, port: 2) == 7)
        // DbgSwEnable cleared.
        _ = board.machine.read(accessPort: 2, 0xE00E_1000, .word, csw: 0x0000_0002)
        #expect(board.read(0x5C00_1000) == 0)
        #expect(board.read(0xE00E_1000, port: 2) == 0x2003_6450)
        board.machine.powerCycle()
        board.elapse(1 * .millisecond)
        #expect(board.read(0x5C00_1000) == 0x2003_6450)
    }

    @Test func `shows each core its own enables in RCC, and both by name`() {
        let board = Board()
        board.write(0x5802_44D4, 1 << 14, port: 0)
        #expect(board.read(0x5802_44D4, port: 0) == 1 << 14)
        #expect(board.read(0x5802_44D4, port: 3) == 0)
        #expect(board[0x5802_4534] == 1 << 14)
        #expect(board[0x5802_4594] == 0)
        // A peripheral runs for as long as one of the two wants it.
        board[0x5802_4594] = 1 << 14
        board[0x5802_4534] = 0
        board[QSPI.dcr] = 5 << 16
        #expect(board[QSPI.dcr] == 5 << 16)
        board[0x5802_4594] = 0
        #expect(board[QSPI.dcr] == 0)
    }
    @Test func `answers with the identity of the part asked for`() {
        for (part, identity, ports) in [
            ("stm32h745", 0x2003_6450, 4), ("stm32h743", 0x2003_6450, 3), ("stm32h723", 0x1000_6483, 3),
        ] as [(String, UInt32, Int)] {
            let board = Board { $0.part = part }
            #expect(board.read(0xE00E_1000, port: 2).map { $0 & 0xFFF } == identity & 0xFFF)
            #expect(board.machine.accessPorts.count == ports)
        }
    }
    /// Ordering information of the data sheets: the letter behind that of the package is the size of the flash.
    @Test(
        arguments: [
            ("stm32h743", 2048), ("STM32H743VGT6", 1024), ("stm32h750", 128), ("STM32H750XBH6", 128),
            ("STM32H747XIH6", 2048),
        ] as [(String, UInt32)])
    func `has as much embedded flash as the part`(part: String, size: UInt32) {
        let board = Board { $0.part = part }
        #expect(board[0x1FF1_E880] == size)
        // Two banks, or the beginning of one.
        let ends: [UInt32] = size == 128 ? [0x0802_0000] : [0x0800_0000 + size << 9, 0x0810_0000 + size << 9]
        for end in ends { #expect(board.read(end - 4) == 0xFFFF_FFFF) }
        #expect(board.read(ends[ends.count - 1]) == nil)
        if size == 1024 { #expect(board.read(0x0808_0000) == nil) }
        #expect(board.machine.part.hasSecondCore == part.contains("747"))
    }
    @Test(arguments: ["", "stm32", "stm32h7", "stm32f407", "stm32h799", "STM32H750XZ", "z80"])
    func `knows no other parts`(name: String) { #expect(ChipPart(named: name) == nil) }
}
