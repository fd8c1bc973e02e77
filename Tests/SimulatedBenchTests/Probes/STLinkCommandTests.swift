// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Testing
import USBTransport

@testable import SimulatedBench

@Suite struct `Virtual ST-LINK` {
    private static func le(_ word: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) }
    }
    private func readBlock(
        _ rig: Rig, _ opcode: UInt8 = 0x07, at address: UInt32, _ count: Int, port: UInt8 = 0,
        control: UInt32 = 0
    ) throws -> [UInt8] {
        let header = [0xF2, opcode] + Self.le(address) + [UInt8(count & 0xFF), UInt8(count >> 8), port]
        return try rig.command(
            header + Self.le(control).dropFirst(), answer: opcode == 0x0C && count == 1 ? 2 : count)
    }
    private func writeBlock(
        _ rig: Rig, _ opcode: UInt8 = 0x08, at address: UInt32, _ bytes: [UInt8], port: UInt8 = 0
    ) throws {
        let size = [UInt8(bytes.count & 0xFF), UInt8(bytes.count >> 8), port]
        try rig.command([0xF2, opcode] + Self.le(address) + size, data: bytes)
    }
    private func status(_ rig: Rig) throws -> (code: UInt8, address: UInt32) {
        let answer = try rig.command([0xF2, 0x3E], answer: 12)
        return (answer[0], answer[4..<8].reversed().reduce(0) { $0 << 8 | UInt32($1) })
    }

    // MARK: - Identification

    @Test func `has the descriptors of a real V2`() throws {
        let rig = try Rig(.stlinkV2, firmware: "V2J16S0")
        func descriptor(_ type: UInt16, _ index: UInt16) throws -> [UInt8] {
            try rig.interface.control(
                requestType: 0x80, request: 6, value: type << 8 | index, index: 0, data: [], readCount: 255,
                within: .seconds(1))
        }
        #expect(
            try descriptor(1, 0) == [18, 1, 0, 2, 0, 0, 0, 64, 0x83, 0x04, 0x48, 0x37, 0, 1, 1, 2, 3, 1])
        #expect(
            try descriptor(2, 0) == [
                9, 2, 0x27, 0, 1, 1, 0, 0x80, 0x32, 9, 4, 0, 0, 3, 0xFF, 0xFF, 0xFF, 4,
                7, 5, 0x81, 2, 0x40, 0, 0, 7, 5, 2, 2, 0x40, 0, 0, 7, 5, 0x83, 2, 0x40, 0, 0,
            ])
        #expect(try descriptor(3, 0) == [4, 3, 9, 4])
        let serial: [UInt8] = [
            0x1A, 3, 0x53, 0, 0xFF, 0, 0x6D, 0, 6, 0, 0x48, 0, 0x82, 0, 0x57, 0, 0x51, 0, 0x40, 0, 0x27, 0,
            0x11, 0,
            0x87, 0,
        ]
        #expect(try descriptor(3, 3) == serial)
        #expect(throws: USBError.stalled) { try descriptor(6, 0) }
        #expect(rig.interface.device.product == "STM32 STLink")
    }

    @Test func `spells its serial number out from J21 on`() throws {
        let rig = try Rig(.stlinkV2, firmware: "V2J21S4")
        let units = try #require(rig.interface.device.serialUnits)
        #expect(String(decoding: units, as: UTF16.self) == "53FF6D064882575140271187")
    }

    @Test func `tells a V3's version only in the extended answer`() throws {
        let rig = try Rig(.stlinkV3, firmware: "V3J9M3")
        #expect(try rig.command([0xF1], answer: 6) == [0x30, 0, 0x83, 0x04, 0x4E, 0x37])
        #expect(try rig.command([0xFB], answer: 12) == [3, 0, 9, 3, 0, 0, 0, 0, 0x83, 0x04, 0x4E, 0x37])
        let old = try Rig(.stlinkV2, firmware: "V2J28S7")
        #expect(try old.command([0xF1], answer: 6) == [0x27, 0x07, 0x83, 0x04, 0x48, 0x37])
    }

    // MARK: - Modes

    @Test func `starts a V2 in its boot loader, where the voltage is never answered`() throws {
        let rig = try Rig(.stlinkV2)
        #expect(try rig.command([0xF5], answer: 2) == [0, 1])
        #expect(throws: USBError.timedOut(after: .seconds(1), transferred: 0)) {
            try rig.command([0xF7], answer: 8, within: .seconds(1))
        }
        #expect(rig.bench.time.now >= .seconds(1))
        try rig.command([0xF3, 0x07])
        #expect(try rig.command([0xF5], answer: 2)[0] == 1)
        #expect(try rig.command([0xF7], answer: 8).count == 8)
    }

    @Test func `measures the rail`() throws {
        let rig = try Rig(.stlinkV3)
        rig.target.supplyVoltage = 2.91
        let answer = try rig.command([0xF7], answer: 8)
        let reference = Double(answer[0]) + Double(answer[1]) * 256
        let half = Double(answer[4]) + Double(answer[5]) * 256
        #expect(abs(2.4 * half / reference - 2.91) < 0.002)
    }

    @Test func `reports that nobody answers`() throws {
        let rig = try Rig(.stlinkV3)
        rig.target.supplyVoltage = 0
        #expect(try rig.command([0xF2, 0x30, 0xA3], answer: 2) == [0x09, 0])
        #expect(try rig.command([0xF5], answer: 2)[0] == 1)
        #expect(try rig.command([0xF2, 0x30, 0x00], answer: 2) == [0x04, 0])
    }

    @Test func `lets go of reset and closes access ports when debug mode is left`() throws {
        let rig = try Rig(.stlinkV3)
        try rig.enterDebug()
        #expect(try rig.command([0xF2, 0x3C, 0], answer: 2) == [0x80, 0])
        #expect(rig.target.probeHoldsReset)
        #expect(try rig.command([0xF2, 0x4B, 0], answer: 2) == [0x80, 0])
        try rig.command([0xF2, 0x21])
        #expect(try rig.command([0xF5], answer: 2)[0] == 1)
        #expect(!rig.target.probeHoldsReset)
        try rig.enterDebug()
        #expect(try rig.command([0xF2, 0x45, 0, 0, 0, 0], answer: 8)[0] == 0x1D)
    }

    @Test(arguments: [0x35, 0x36] as [UInt8])
    func `opens AP0 for blocks once a host without INIT_AP has reached a word through it`(_ opcode: UInt8)
        throws
    {
        let rig = try Rig(.stlinkV3)
        rig.target.unmapped = 0
        try rig.enterDebug()
        _ = try readBlock(rig, at: 0x2400_0000, 4)
        #expect(try status(rig).code == 0x1D)
        let word = [0xF2, opcode] + Self.le(0x2400_0000) + (opcode == 0x35 ? Self.le(0x1234_5678) : [])
        #expect(try rig.command(word, answer: opcode == 0x35 ? 2 : 8)[0] == 0x80)
        try writeBlock(rig, at: 0x2400_0004, [1, 2, 3, 4])
        #expect(try status(rig).code == 0x80)
        #expect(try readBlock(rig, at: 0x2400_0004, 4) == [1, 2, 3, 4])
        #expect(try rig.command([0xF2, 0x45, 1, 0, 0, 0], answer: 8)[0] == 0x1D, "the others stay closed")
    }

    @Test func `hangs a V3J15 that is told to leave a mode it is not in, until it is replugged`() throws {
        let rig = try Rig(.stlinkV3, firmware: "V3J15M6")
        try rig.command([0xF2, 0x21])
        #expect(throws: USBError.timedOut(after: .seconds(2), transferred: 0)) {
            try rig.command([0xF5], answer: 2)
        }
        rig.bench.replug()
        try rig.reclaim()
        #expect(try rig.command([0xF5], answer: 2)[0] == 1)
    }

    @Test func `gives no answer to what is no command of its own`() throws {
        let rig = try Rig(.stlinkV3)
        #expect(throws: USBError.timedOut(after: .seconds(2), transferred: 0)) {
            try rig.command([0xE0], answer: 2)
        }
        #expect(try rig.command([0xF2, 0xEE], answer: 2) == [0x42, 0])
    }

    @Test(
        arguments: [
            ("V2J21S4", 0x43), ("V2J23S4", 0x45), ("V2J25S4", 0x47), ("V2J27S4", 0x4B), ("V2J31S4", 0x53),
            ("V2J35S4", 0x56), ("V2J45S7", 0x61),
        ] as [(String, UInt8)])
    func `knows no command its firmware is too old for`(firmware: String, opcode: UInt8) throws {
        let rig = try Rig(.stlinkV2, firmware: firmware)
        try rig.enterDebug()
        #expect(try rig.command([0xF2, opcode], answer: 2) == [0x42, 0])
    }

    // MARK: - Memory

    @Test func `moves blocks in every width`() throws {
        let rig = try Rig(.stlinkV3)
        rig.target.unmapped = 0
        try rig.enterDebug()
        try rig.command([0xF2, 0x4B, 0], answer: 2)
        let bytes = (0..<64).map { UInt8($0 ^ 0x5A) }
        for (write, read) in [(0x08, 0x07), (0x48, 0x47), (0x0D, 0x0C)] as [(UInt8, UInt8)] {
            rig.target.memory = [:]
            // Across a 1 KB boundary, where TAR does not carry.
            try writeBlock(rig, write, at: 0x2400_03E0, bytes)
            #expect(try status(rig).code == 0x80)
            #expect(try readBlock(rig, read, at: 0x2400_03E0, 64) == bytes)
            #expect(try status(rig).code == 0x80)
        }
        #expect(try readBlock(rig, 0x0C, at: 0x2400_03E1, 1) == [bytes[1], 0])
    }

    @Test func `reads and writes one address again and again when told so`() throws {
        let rig = try Rig(.stlinkV3)
        rig.target.unmapped = 0
        try rig.enterDebug()
        try rig.command([0xF2, 0x4B, 0], answer: 2)
        try writeBlock(rig, 0x50, at: 0x5200_5020, [1, 0, 0, 0, 2, 0, 0, 0])
        #expect(try readBlock(rig, 0x54, at: 0x5200_5020, 8) == [2, 0, 0, 0, 2, 0, 0, 0])
        #expect(rig.target.memory.count == 1)
    }

    @Test func `gives the full length of zeros where memory fails, and tells in the status`() throws {
        let rig = try Rig(.stlinkV3)
        try rig.enterDebug()
        try rig.command([0xF2, 0x4B, 0], answer: 2)
        rig.target.memory = [0x2400_0000: 0x1111_1111, 0x2400_0004: 0x2222_2222]
        let bytes = try readBlock(rig, at: 0x2400_0000, 16)
        #expect(bytes.count == 16)
        #expect(bytes.suffix(8).allSatisfy { $0 == 0 })
        let failure = try status(rig)
        #expect(failure.code == 0x11)
        #expect(failure.address == 0x2400_0008)
        // The firmware has cleared the sticky error itself.
        #expect(try readBlock(rig, at: 0x2400_0000, 4) == [0x11, 0x11, 0x11, 0x11])
        #expect(try status(rig).code == 0x80)
    }

    @Test func `reports an access port that stays busy as WAIT after a few tries`() throws {
        let rig = try Rig(.stlinkV3)
        rig.target.unmapped = 7
        try rig.enterDebug()
        try rig.command([0xF2, 0x4B, 0], answer: 2)
        rig.target.busyPorts = [0]
        _ = try readBlock(rig, at: 0x2400_0000, 4)
        #expect(try status(rig).code == 0x10)
        #expect(rig.bench.statistics.swdWaits == 5)
        rig.target.busyPorts = []
        #expect(try readBlock(rig, at: 0x2400_0000, 4) == [7, 0, 0, 0])
    }

    @Test func `refuses what is not aligned`() throws {
        let rig = try Rig(.stlinkV3)
        rig.target.unmapped = 0
        try rig.enterDebug()
        try rig.command([0xF2, 0x4B, 0], answer: 2)
        _ = try readBlock(rig, at: 0x2400_0002, 4)
        #expect(try status(rig).code == 0x0A)
    }

    @Test func `wants access ports opened from J37 on, single words on AP0 excepted`() throws {
        for (firmware, expected) in [("V2J36S7", 0x80 as UInt8), ("V2J37S7", 0x1D)] {
            let rig = try Rig(.stlinkV2, firmware: firmware)
            rig.target.unmapped = 0
            try rig.enterDebug()
            _ = try readBlock(rig, at: 0x2400_0000, 4)
            #expect(try status(rig).code == expected)
            #expect(try rig.command([0xF2, 0x36, 0, 0, 0, 0x24], answer: 8)[0] == 0x80)
            #expect(try rig.command([0xF2, 0x45, 1, 0, 0xFC, 0], answer: 8)[4...] == [0x02, 0, 0x77, 0x54])
        }
    }

    @Test func `opens only access ports that are there`() throws {
        let rig = try Rig(.stlinkV3)
        try rig.enterDebug()
        #expect(try rig.command([0xF2, 0x4B, 1], answer: 2)[0] == 0x80)
        #expect(try rig.command([0xF2, 0x4B, 2], answer: 2)[0] == 0x1D)
        #expect(try rig.command([0xF2, 0x4B, 9], answer: 2)[0] == 0x1D)
    }

    @Test func `carries CSW to the bus and never drops DbgSwEnable on APB`() throws {
        let rig = try Rig(.stlinkV3)
        rig.target.unmapped = 0
        try rig.enterDebug()
        for port in [0, 1] as [UInt8] { try rig.command([0xF2, 0x4B, port], answer: 2) }
        _ = try readBlock(rig, at: 0x2400_0000, 4, control: 0x0B00_0000)
        #expect(rig.target.accesses.last.map { $0.csw & 0x7F00_0000 } == 0x0B00_0000)
        _ = try readBlock(rig, at: 0xE00E_1000, 4, port: 1, control: 0x0100_0000)
        #expect(rig.target.accesses.last.map { $0.csw >> 31 } == 1)
    }

    @Test func `dies of a byte block beyond its buffer`() throws {
        let rig = try Rig(.stlinkV2)
        rig.target.unmapped = 0
        try rig.enterDebug()
        try rig.command([0xF2, 0x4B, 0], answer: 2)
        #expect(try readBlock(rig, 0x0C, at: 0x2400_0000, 64).count == 64)
        #expect(throws: USBError.self) { try readBlock(rig, 0x0C, at: 0x2400_0000, 65) }
        #expect(throws: USBError.self) { try rig.command([0xF5], answer: 2) }
    }

    // MARK: - Registers, lists, clocks

    @Test func `reads banked debug port registers`() throws {
        let rig = try Rig(.stlinkV3)
        try rig.enterDebug()
        #expect(
            try rig.command([0xF2, 0x45, 0xFF, 0xFF, 0x24, 0], answer: 8)[4...] == [0x41, 0, 0x50, 0x04])
        #expect(try rig.command([0xF2, 0x45, 0xFF, 0xFF, 0x04, 0], answer: 8)[7] & 0xA0 == 0xA0)
    }

    @Test func `shows a posted write's error with the next access`() throws {
        let rig = try Rig(.stlinkV3)
        try rig.enterDebug()
        try rig.command([0xF2, 0x4B, 0], answer: 2)
        func write(_ register: UInt8, _ value: UInt32) throws -> UInt8 {
            try rig.command([0xF2, 0x46, 0, 0, register, 0] + Self.le(value), answer: 2)[0]
        }
        #expect(try write(0x00, 0x2300_0002) == 0x80)
        #expect(try write(0x04, 0x1000_0000) == 0x80)
        #expect(try write(0x0C, 1) == 0x80)
        #expect(try rig.command([0xF2, 0x45, 0xFF, 0xFF, 0x0C, 0], answer: 8)[0] == 0x15)
        #expect(try rig.command([0xF2, 0x46, 0xFF, 0xFF, 0, 0, 0x1E, 0, 0, 0], answer: 2)[0] == 0x80)
        #expect(try rig.command([0xF2, 0x45, 0xFF, 0xFF, 0x0C, 0], answer: 8)[0] == 0x80)
    }

    @Test func `works a list of writes and reads`() throws {
        let rig = try Rig(.stlinkV3)
        try rig.enterDebug()
        try rig.command([0xF2, 0x4B, 0], answer: 2)
        rig.target.memory = [0x2400_0000: 0]
        let words: [UInt32] = [0x2400_0000, 0xCAFE, 0x2400_0000, 0x1000_0000]
        let list = [1, 2, 3, 3] + words.flatMap(Self.le)
        try rig.command([0xF2, 0x51, 4, 0, 0, 0], data: list)
        let answer = try rig.command([0xF2, 0x52], answer: 32)
        #expect(Array(answer[8..<12]) == Self.le(0xCAFE))
        #expect(stride(from: 16, to: 32, by: 4).map { answer[$0] } == [0x80, 0x80, 0x80, 0x11])
        #expect(try rig.command([0xF2, 0x53], answer: 2) == [0xCB, 0x04])
    }

    @Test func `sets the highest clock of its table that is not above the wish`() throws {
        let rig = try Rig(.stlinkV3)
        let table = try rig.command([0xF2, 0x62, 0], answer: 52)
        #expect(Array(table[8..<16]) == Self.le(7) + Self.le(24_000))
        #expect(
            try rig.command([0xF2, 0x61, 0, 0] + Self.le(9_000), answer: 8) == [0x80, 0, 0, 0]
                + Self.le(8_000))
        #expect(rig.bench.wire.frequency == 8_000_000)
        #expect(try rig.command([0xF2, 0x61, 0, 0] + Self.le(4), answer: 8)[0] == 0x08)
    }

    @Test func `takes an answer that was waited for before its command was sent`() throws {
        let rig = try Rig(.stlinkV3)
        let answer = try rig.interface.submitRead(2, from: rig.input, within: .seconds(1))
        try rig.interface.send([0xF5] + [UInt8](repeating: 0, count: 15), to: rig.output, within: .seconds(1))
        #expect(try rig.interface.complete(answer) == [1, 0])
    }

    // MARK: - Hostile input

    /// Every command cut at every length, then noise: an answer, silence or a crash that a replug cures, never a trap.
    @Test(arguments: [BenchConfiguration.ProbeKind.stlinkV2, .stlinkV3])
    func `survives truncated and random commands`(kind: BenchConfiguration.ProbeKind) throws {
        let target = ScriptedTarget()
        target.unmapped = 0
        let wire = SerialWireHost(target: target, clock: ProbeClock(target: target))
        let firmware = try #require(STLinkFirmware(kind.currentFirmware))
        let probe = VirtualSTLink(
            STLinkPersonality(kind == .stlinkV3 ? .v3 : .v2, firmware: firmware), wire: wire)
        var random = SeededGenerator(seed: 3)
        func feed(_ bytes: [UInt8]) {
            probe.receive(bytes, on: probe.personality.endpoints.out, at: target.now)
            while probe.nextStart != nil { probe.step() }
            probe.outbox.removeAll()
        }
        for opcode in 0...255 as ClosedRange<UInt8> {
            for length in 0...16 {
                if probe.isHung { probe.powerOnReset() }
                feed([0xF3, 0x07] + [UInt8](repeating: 0, count: 14))
                feed([0xF2, 0x30, 0xA3] + [UInt8](repeating: 0, count: 13))
                let body = (0..<14).map { _ in UInt8.random(in: 0...255, using: &random) }
                feed(Array(([0xF2, opcode] + body).prefix(length)))
                probe.busReset()
            }
        }
        for _ in 0..<5_000 {
            if probe.isHung { probe.powerOnReset() }
            feed(
                (0..<Int.random(in: 0...64, using: &random)).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                })
        }
        probe.powerOnReset()
        feed([0xF3, 0x07] + [UInt8](repeating: 0, count: 14))
        #expect(probe.mode == .massStorage)
    }
}
