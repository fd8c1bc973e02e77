// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import FlashController
import HardwareDescription
import Testing

@Suite struct `Asking a chip` {
    private func chip(_ registers: String, more: String = "") throws -> FlashChipDefinition {
        try FlashChipDefinition(
            yaml: """
                schema: 2
                name: sample
                title: A sample
                jedec: [[0x20, 0xba, 0x19]]
                size: 32 MiB
                page: 256
                registers: \(registers)
                instructions:
                  - {opcode: 0x03, does: read}
                \(more)
                times: {page-program: {typical: 0.4, maximum: 3}}
                """, file: "sample.yaml")
    }
    private func micron() throws -> FlashChipDefinition {
        try chip(
            "[{name: SR, read: 0x05}, {name: FSR, read: 0x70}, {name: NVCR}]",
            more: """
                protection: {kind: micron, level: {register: SR, bits: [2, 4]}, level-high: {register: SR, bit: 6}, bottom: {register: SR, bit: 5}, unit: 64 KiB}
                busy: {register: FSR, bit: 7, value: 0}
                failures: {clear: 0x50, bits: [{register: FSR, bit: 5, means: erase}, {register: FSR, bit: 1, means: protection}]}
                """)
    }

    /// 35h would put it into quad mode, 15h is no instruction of it.
    @Test func `nothing is sent that its file does not name`() throws {
        let bus = ScriptedChip()
        (bus.answers[0x05], bus.answers[0x70]) = ([0x00], [0x80])
        let status = try #require(try ChipInspector(bus).registers(of: micron()).first)
        #expect(bus.opcodes == [0x05, 0x70])
        #expect(status.text == "SR 0x00, FSR 0x80")
        #expect(status.isBusy == false && status.isQuadEnabled == nil && status.protection == [])
    }

    @Test func `a chip that is not known is asked for nothing but what every chip has`() throws {
        let bus = ScriptedChip()
        let inspector = ChipInspector(bus)
        _ = try inspector.identifications()
        _ = try inspector.parameters(256)
        #expect(Set(bus.opcodes) == [0x9F, 0x5A])
        let unknown = try chip("[{name: SR}]")
        #expect(try inspector.registers(of: unknown).first?.text == nil)
        #expect(try inspector.isBusy(unknown) == nil)
        #expect(try inspector.uniqueIDs(of: unknown) == nil)
        try inspector.wake(unknown)
        #expect(Set(bus.opcodes) == [0x9F, 0x5A])
    }

    @Test func `its registers are read as its file says`() throws {
        let bus = ScriptedChip()
        (bus.answers[0x05], bus.answers[0x70]) = ([0x64], [0xA2])
        let status = try #require(try ChipInspector(bus).registers(of: micron()).first)
        #expect(status.protection == ["BP 9", "TB"])
        #expect(status.failures == [.erase, .protection])
        #expect(status.text == "SR 0x64, FSR 0xa2 (BP 9, TB, erase failed, protection failed)")
    }

    @Test(arguments: [(UInt8(0x00), true), (0x80, false), (0xFF, false)])
    func `whether it is busy`(register: UInt8, isBusy: Bool) throws {
        let bus = ScriptedChip()
        bus.answers[0x70] = [register]
        #expect(try ChipInspector(bus).isBusy(micron()) == [isBusy])
    }

    @Test func `two chips answer side by side`() throws {
        let bus = ScriptedChip(banks: [1, 2])
        bus.parameters = (0..<100).map { UInt8($0) }
        #expect(try ChipInspector(bus).parameters(100) == [bus.parameters, bus.parameters])
        #expect(bus.sent.map(\.count) == [16, 16, 16, 16, 16, 16, 4])
        #expect(bus.sent.map(\.address) == [0, 16, 32, 48, 64, 80, 96])
    }

    @Test func `dummy clocks beyond a command's are sent as address`() throws {
        let unique = try chip(
            "[{name: SR}]", more: "  - {opcode: 0x4b, does: read-unique-id, address: 0, dummy: 32}")
        let bus = ScriptedChip()
        bus.answers[0x4B] = [1, 2, 3, 4, 5, 6, 7, 8]
        #expect(try ChipInspector(bus).uniqueIDs(of: unique) == [[1, 2, 3, 4, 5, 6, 7, 8]])
        #expect(bus.sent == [SerialCommand(0x4B, address: 0, addressBytes: 4, dummyCycles: 0, count: 8)])
    }

    @Test func `beyond 16 MiB addresses have four bytes`() throws {
        let bus = ScriptedChip()
        _ = try ChipInspector(bus).read(40, at: 0xFF_FFF0)
        #expect(bus.sent.map(\.opcode) == [0x0C, 0x0B + 1])
        #expect(bus.sent.map(\.address) == [0xFF_FFF0, 0x100_0010])
    }
}
