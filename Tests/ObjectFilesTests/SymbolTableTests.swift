// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ELFTestKit
import ObjectFiles
import Testing

/// A .debug_line unit: rows 0x1000 line 10, 0x1004 line 12, 0x1008 line 11 of src/a.c, and 0x2000 line 5 of b.c.
func lineSection(version: UInt16) -> [UInt8] {
    var header: [UInt8] = [2]
    if version >= 4 { header.append(1) }
    // default_is_stmt, line_base -3, line_range 12, opcode_base 13 with its operand counts
    header += [1, UInt8(bitPattern: -3), 12, 13, 0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1]
    if version == 5 {
        header += [1, 1, 0x08, 2] + Array("/home".utf8) + [0] + Array("src".utf8) + [0]
        header += [2, 1, 0x08, 2, 0x0B, 3]
        for (name, directory) in [("a.c", 1), ("a.c", 1), ("b.c", 0)] as [(String, UInt8)] {
            header += Array(name.utf8) + [0, directory]
        }
    } else {
        header += Array("src".utf8) + [0, 0]
        header += Array("a.c".utf8) + [0, 1, 0, 0]
        header += Array("b.c".utf8) + [0, 0, 0, 0, 0]
    }
    var program: [UInt8] = [0, 5, 2, 0x00, 0x10, 0, 0]  // address 0x1000
    program += [3, 9, 1]  // line 10, row
    program.append(13 + 2 * 12 + 5)  // +4 bytes, +2 lines
    program += [2, 2, 3, 0x7F, 1]  // +4 bytes, -1 line, row
    program += [2, 4, 0, 1, 1]  // +8 bytes, end
    program += [0, 5, 2, 0x00, 0x20, 0, 0, 4, 2, 3, 4, 1, 9, 16, 0, 0, 1, 1]  // b.c line 5, 16 bytes

    var unit: [UInt8] = []
    unit.put16(version)
    if version == 5 { unit += [4, 0] }
    unit.put32(UInt32(header.count))
    unit += header + program
    var section: [UInt8] = []
    section.put32(UInt32(unit.count))
    return section + unit
}

private func table(version: UInt16 = 4) throws -> SymbolTable {
    var elf = SyntheticELF()
    elf.add(".text", at: 0x1000, [UInt8](repeating: 0, count: 0x2000), flags: 0x6)
    elf.add(".debug_line", lineSection(version: version), flags: 0)
    elf.addSymbol("Write", 0x1001, in: 0, size: 8)
    elf.addSymbol("Erase", 0x1009, in: 0, size: 0)
    elf.addSymbol("buffer", 0x1004, in: 0, size: 4, type: 1)
    elf.addSymbol("elsewhere", 0x1002, in: nil)
    elf.addSymbol(
        "$e6loader7QuadSPIO7command_5linesSbs5UInt8V_AA8TransferV5LinesOtFZ", 0x2001, in: 0, size: 16)
    return SymbolTable(try ELFFile(elf.encode(), name: "x"))
}

@Suite struct `Symbol table` {
    @Test(arguments: [2, 3, 4, 5] as [UInt16])
    func `addresses lead to lines in every version of the format`(version: UInt16) throws {
        let table = try table(version: version)
        #expect(table.line(at: 0x1000) == SourceLine(path: "src/a.c", line: 10))
        #expect(table.line(at: 0x1003)?.line == 10)
        #expect(table.line(at: 0x1005)?.line == 12)
        #expect(table.line(at: 0x1008)?.line == 11)
        #expect(table.line(at: 0x1010) == nil)
        #expect(table.line(at: 0x200F)?.fileName == "b.c")
        #expect(table.line(at: 0x200F)?.line == 5)
        #expect(table.line(at: 0xFFF) == nil)
    }

    @Test func `functions are found by size, and without one up to the next`() throws {
        let table = try table()
        #expect(table.function(at: 0x1007)?.name == "Write")
        #expect(table.function(at: 0x1008)?.name == "Erase")
        #expect(table.function(at: 0x1800)?.name == "Erase")
        #expect(table.function(at: 0x0FFE) == nil)
        #expect(table.function(at: 0x2010) == nil)
    }

    @Test func `a place is described by as much as is known`() throws {
        let table = try table()
        #expect(table.describe(0x1001) == "Write (a.c:10)")
        #expect(table.describe(0x1004) == "Write+0x4 (a.c:12)")
        #expect(table.describe(0x1100) == "Erase+0xf8")
        #expect(table.describe(0x20) == "0x20")
    }

    @Test func `a Swift function is called as in its source`() throws {
        #expect(try table().describe(0x2004) == "QuadSPI.command+0x4 (b.c:5)")
    }
}
