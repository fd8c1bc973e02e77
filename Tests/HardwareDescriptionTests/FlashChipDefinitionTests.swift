// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Testing

@testable import HardwareDescription

@Suite struct `Chip files` {
    @Test func `say identity, geometry and times`() throws {
        let chip = try ChipFiles.read()
        #expect(chip.size == 32 << 20)
        #expect(chip.page == 256)
        #expect(chip.isIdentified(by: [0xEF, 0x40, 0x19, 0x10]))
        #expect(!chip.isIdentified(by: [0xEF, 0x40, 0x18]))
        #expect(chip.clock?.plainRead == .megahertz(50))
        #expect(chip.supply == 2.7...3.6)
        #expect(chip.pageProgram?.maximum == .milliseconds(3))
        #expect(chip.unknown == ["times.reset"])
        #expect(chip.parameters == [0x53, 0x46, 0x44, 0x50, 0x06, 0x01])
        #expect(chip.chipErase?.typical == .seconds(80))
    }

    @Test func `take over what their family has in common`() throws {
        let chip = try ChipFiles.read()
        #expect(chip.title == "Sample of a chip")
        #expect(chip.registers.map(\.name) == ["SR1", "SR2", "SR3"])
        #expect(chip.register("SR2")?.read == 0x3F)
        #expect(chip.quadEnable?.requirement == 4)
        #expect(chip.instruction(.readID) == nil)
        // Replaced by opcode, however that is written; removed where absent.
        #expect(chip.instructions.filter { $0.opcode == 0xEB }.count == 1)
        #expect(!chip.instructions.contains { $0.opcode == 0x52 })
    }

    @Test func `tell which erases work everywhere`() throws {
        let chip = try ChipFiles.read()
        #expect(chip.erases.map(\.size) == [4 << 10, 64 << 10])
        #expect(chip.erases.map(\.opcode) == [0x20, 0xD8])
        let limited = try #require(chip.instructions.first { $0.opcode == 0x21 })
        #expect(limited.stretch == .init(start: -128 << 10, end: 0))
        #expect(limited.addressBytes == 4)
    }

    @Test func `leave clocks that a register says to the register`() throws {
        let chip = try ChipFiles.read()
        let read = try #require(chip.instructions.first { $0.opcode == 0xEB })
        #expect(read.dummy == nil)
        #expect(read.lines.text == "1-4-4")
        #expect(chip.instruction(.read)?.dummy == 0)
    }

    @Test func `name protection only from registers that were read`() throws {
        let protection = try #require(try ChipFiles.read().protection)
        #expect(protection.reasons(in: [:]) == [])
        #expect(protection.reasons(in: ["SR1": 0x02, "SR2": 0x02]) == [])
        #expect(protection.reasons(in: ["SR1": 0x3C, "SR2": 0]) == ["BP 7", "TB"])
        #expect(protection.reasons(in: ["SR1": 0, "SR2": 0x40]) == ["CMP"])
    }

    @Test(
        arguments: [
            (0x00, 0x00, nil), (0x04, 0x00, 0xFF_0000..<0x100_0000), (0x24, 0x00, 0..<0x1_0000),
            (0x18, 0x00, 0xE0_0000..<0x100_0000), (0x1C, 0x00, 0..<0x100_0000),
            (0x00, 0x40, 0..<0x100_0000), (0x04, 0x40, 0..<0xFF_0000), (0x24, 0x40, 0x1_0000..<0x100_0000),
            (0x1C, 0x40, nil),
        ] as [(UInt8, UInt8, Range<UInt32>?)])
    func `name what a level of protection covers`(first: UInt8, second: UInt8, range: Range<UInt32>?) throws {
        let chip = try ChipFiles.read()
        let protection = try #require(chip.protection)
        #expect(protection.range(in: ["SR1": first, "SR2": second], size: 16 << 20) == range)
        // A register that was not read may hold the complement bit.
        #expect(protection.range(in: ["SR1": first], size: 16 << 20) == nil)
    }

    @Test func `say how protection is ended`() throws {
        let chip = try ChipFiles.read()
        #expect(
            chip.clearingProtection(["SR1": 0x3C, "SR2": 0x42])
                == "send 06h, then 01h with 20h (SR1) 02h (SR2)")
        #expect(chip.clearingProtection(["SR1": 0x20, "SR2": 0x02]) == nil)
    }

    @Test func `of the first schema are still read`() throws {
        let chip = try FlashChipDefinition(
            yaml: """
                schema: 1
                name: old
                title: An old file
                jedec: [[0xef, 0x40, 0x18]]
                size: 16 MiB
                page: 256
                times:
                  page-program: {typical: 0.4, maximum: 3}
                  erase: [{size: 64 KiB, typical: 150, maximum: 2000}, {size: 4 KiB, typical: 45, maximum: 400}]
                  chip-erase: {typical: 40000, maximum: 200000}
                """, file: "old.yaml")
        #expect(chip.erases.map(\.size) == [4 << 10, 64 << 10])
        #expect(chip.registers.isEmpty)
        #expect(chip.chipErase?.maximum == .seconds(200))
    }
}

@Suite struct `Wrong chip files` {
    private func failure(replacing old: String, with new: String) throws -> DefinitionError {
        #expect(ChipFiles.chip.contains(old))
        let text = ChipFiles.chip.replacing(old, with: new, maxReplacements: 1)
        return try #require(throws: DefinitionError.self) { _ = try ChipFiles.read(text) }
    }

    @Test(arguments: [
        ("size: 32 MiB", "size: 4096 MiB"), ("size: 32 MiB", "size: 0"),

        ("minimum-volts: 2.7", "minimum-volts: 5"), ("bit: 5", "bit: 8"),
        ("where: [-128 KiB, 0]", "where: [0, -5000 MiB]"),
        ("where: [-128 KiB, 0]", "where: [128 KiB, 64 KiB]"), ("maximum: 3}", "maximum: 0.3}"),
        ("typical: 0.4", "typical: -1"),
    ])
    func `values out of range are refused`(old: String, new: String) throws {
        let found = try failure(replacing: old, with: new)
        #expect(found.code == "CFG-008", "\(found)")
        #expect(found.file == "chip.yaml")
    }

    @Test(arguments: [
        ("does: erase-chip", "does: erase-all", "CFG-009"), ("lines: 1-4-4", "lines: 1-3-4", "CFG-007"),
        ("lines: 1-4-4", "lines: 1-4", "CFG-007"), ("where: [-128 KiB, 0]", "where: [0]", "CFG-007"),
        ("53 46 44 50", "53 46 4 50", "CFG-007"), ("53 46 44 50", "+3 46 44 50", "CFG-007"),
        ("[0xef, 0x40, 0x19]", "[0xef, 0x40]", "CFG-007"),
        ("{register: SR3, bit: 0}", "{register: SR9, bit: 0}", "CFG-009"),
        ("unit: 4 KiB, address", "address", "CFG-006"), ("name: sample", "nome: sample", "CFG-004"),
        ("name: sample\n", "", "CFG-006"), (", maximum: 400000", "", "CFG-006"),
        ("{opcode: 0x21, does: erase", "{opcode: 0xc7, does: erase, where: [0, 1]", "CFG-005"),
        ("{opcode: 0xc7, does: erase-chip", "{opcode: 0x21, does: erase, unit: 4 KiB", "CFG-010"),
        ("{name: SR2,", "{name: SR3,", "CFG-010"),
        ("extends: family/sample", "extends: family/other", "CFG-011"),
        ("{opcode: 0x52, absent: true}", "{opcode: 0x52, absent: 1}", "CFG-007"),
        ("schema: 2", "schema: 3", "CFG-008"), ("schema: 2\n", "", "CFG-006"),
    ])
    func `mistakes have a code each`(old: String, new: String, code: String) throws {
        #expect(try failure(replacing: old, with: new).code == code)
    }

    @Test func `a mistake in the family is told in the family's file`() throws {
        let library = DefinitionLibrary { _ in
            .init(path: "family.yaml", text: ChipFiles.family.replacing("bit: 5}", with: "bit: 9}"))
        }
        let error = try #require(throws: DefinitionError.self) {
            _ = try FlashChipDefinition(yaml: ChipFiles.chip, file: "chip.yaml", library: library)
        }
        #expect(error.summary.hasPrefix("family.yaml:15:"))
    }

    @Test func `a family that cannot be read is told as that, where it is named`() throws {
        let library = DefinitionLibrary { _ throws(DefinitionLibrary.Unreadable) in
            throw DefinitionLibrary.Unreadable(
                path: "/etc/extflash/flash/family.yaml", reason: "permission denied")
        }
        let error = try #require(throws: DefinitionError.self) {
            _ = try FlashChipDefinition(yaml: ChipFiles.chip, file: "chip.yaml", library: library)
        }
        #expect(error.code == "CFG-015")
        #expect(error.summary.hasPrefix("chip.yaml:"))
        #expect(error.summary.hasSuffix("family.yaml` cannot be read: permission denied"))
    }

    @Test func `a family is no chip`() throws {
        let error = try #require(throws: DefinitionError.self) {
            _ = try FlashChipDefinition(yaml: ChipFiles.family, file: "family.yaml")
        }
        #expect(error.code == "CFG-013")
    }

    @Test func `files that build on each other in a circle are refused`() throws {
        let library = DefinitionLibrary { _ in .init(path: "loop.yaml", text: "schema: 2\nextends: loop\n") }
        let error = try #require(throws: DefinitionError.self) {
            _ = try FlashChipDefinition(yaml: ChipFiles.chip, file: "chip.yaml", library: library)
        }
        #expect(error.code == "CFG-012")
    }

    @Test func `every truncation is an error or a chip, never a trap`() {
        for text in [ChipFiles.chip, ChipFiles.family] {
            for count in stride(from: 0, to: text.count, by: 7) {
                _ = try? ChipFiles.read(String(text.prefix(count)))
            }
        }
    }
}
