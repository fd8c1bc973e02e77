// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import EmulatedCortexM
import Essentials
import Testing

@testable import SimulatedBench

/// Software gone mad must not take the simulator with it.
@Suite struct `Hostile accesses` {
    /// Blocks whose registers do something, and what is around them.
    private static let bases: [UInt32] = [
        0x5200_5000, 0x5200_5000, 0x5200_5000, 0x5802_4400, 0x5802_4400, 0x5802_4800, 0x5800_4800,
        0x5000_3000,
        0x4000_2C00, 0x4000_0000, 0x4000_1400, 0x4002_0000, 0x4002_0800, 0x5200_2000, 0x5802_0000,
        0x5802_1C00,
        0x5800_0400, 0x5802_6400, 0x5C00_1000, 0x5100_8000, 0x5200_4000, 0x4802_1800, 0x5C01_0000,
    ]
    private static let widths: [BusWidth] = [.byte, .halfword, .word]

    private static func value(_ random: inout SeededGenerator) -> UInt32 {
        let bits = random.next()
        return switch bits & 7 {
        case 0: 0
        case 1: .max
        case 2: 1 << UInt32(bits >> 8 & 31)
        case 3: UInt32(bits >> 8 & 0xFF)
        case 4: UInt32(truncatingIfNeeded: bits >> 32) & UInt32(truncatingIfNeeded: random.next())
        default: UInt32(truncatingIfNeeded: bits >> 32)
        }
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func `to any register leave the machine standing`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let board = Board {
            $0.seed = seed
            $0.supply = .either
            $0.busyTimes = .random
        }
        for step in 0..<15_000 {
            if step % 500 == 0 {
                // Out of reset and with all clocks on, so that the accesses arrive.
                if !board.machine.hasCoreSupply || step % 3000 == 0 { board.machine.powerCycle() }
                board.elapse(100 * .microsecond)
                for register: UInt32 in stride(from: 0x5802_44D4, through: 0x5802_44F4, by: 4) {
                    board[register] = .max
                }
                board.setUpQuadSPI()
            }
            let bits = random.next()
            let base = Self.bases[Int(bits % UInt64(Self.bases.count))]
            let address = base &+ UInt32(bits >> 16 & 0x3FF)
            let width = Self.widths[Int(bits >> 28 & 3) % 3]
            let port = [0, 1, 1, 3][Int(bits >> 32 & 3)]
            switch bits >> 40 & 15 {
            case 0...8: board.write(address, Self.value(&random), width, port: port)
            case 9...12: _ = board.read(address, width, port: port)
            case 13: _ = board.read(0x9000_0000 &+ Self.value(&random) & 0x0FFF_FFFF, width, port: port)
            case 14: board.elapse(random.next() % (50 * .microsecond))
            default:
                board.write(0xE000_E000 + UInt32(bits >> 48 & 0xFFC), Self.value(&random), .word, port: 0)
            }
        }
        // It still starts from power-on as ever.
        board.machine.powerCycle()
        board.elapse(1 * .millisecond)
        #expect(board.machine.debugPinsAreConnected)
        #expect(board.read(0xE00E_1000, port: 2) == 0x2003_6450)
    }

    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `to the flash's pins leave it standing`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for part in [FlashPart.w25q128jvIQ, .w25q128jvIM, .w25q128fv] {
            let pins = FlashPins(part, times: .random)
            for _ in 0..<4_000 {
                pins.select()
                let bits = random.next()
                // Mostly an opcode that exists, then anything for any number of clocks.
                let opcodes = `Flash instructions that read`.known.sorted() + [0x38, 0xFF, 0xC0]
                let opcode =
                    bits & 7 == 0 ? UInt8(bits >> 8 & 0xFF) : opcodes[Int(bits >> 16) % opcodes.count]
                pins.shiftOut([opcode], lines: [1, 1, 1, 4][Int(bits >> 4 & 3)])
                for _ in 0..<Int(bits >> 32 & 127) {
                    pins.clock(UInt8(truncatingIfNeeded: random.next() >> 20) & 0xF)
                }
                pins.deselect()
                pins.wait(random.next() % (200 * .microsecond))
                if bits >> 56 == 0 { pins.flash.powerCycle() }
            }
            pins.flash.powerCycle()
            #expect(pins.read([0x9F], 3) == part.identification)
        }
    }
}
