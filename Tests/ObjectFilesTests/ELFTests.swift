// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ELFTestKit
import ObjectFiles
import Testing

private func program() -> SyntheticELF {
    var elf = SyntheticELF()
    elf.add(".text", at: 0x9000_0000, [1, 2, 3, 4], flags: 0x6)
    elf.add(".data", at: 0x2000_0000, [5, 6], flags: 0x3)
    elf.addZeros(".bss", at: 0x2000_0010, size: 0x1000)
    elf.addSegment(0..<1, physicalAddress: 0x9000_0000)
    elf.addSegment(1..<3, physicalAddress: 0x9000_0004, virtualAddress: 0x2000_0000, extraMemory: 0x1000)
    elf.addSymbol("main", 0x9000_0001, in: 0, size: 4)
    return elf
}

private func file(_ elf: SyntheticELF, _ name: String = "app.elf") -> ImageSource {
    ImageSource(name: name, bytes: elf.encode())
}

@Suite struct `ELF` {
    @Test func `takes initialised data at its physical address and no bss`() throws {
        let image = try image(file(program()))
        #expect(image.segments.map(\.address) == [0x9000_0000])
        #expect(image.segments[0].bytes == [1, 2, 3, 4, 5, 6])
        #expect(image.segments[0].origin == "app.elf: section .text, section .data")
    }

    @Test func `a segment larger than its memory is malformed`() throws {
        var bytes = program().encode()
        // e_phoff is at 28, and p_memsz 20 bytes into a program header.
        let memorySize = (Int(bytes[28]) | Int(bytes[29]) << 8) + 20
        bytes[memorySize] = 3
        let problem = ELFProblem.segmentLargerThanMemory(0, inFile: 4, inMemory: 3)
        let source = ImageSource(name: "app.elf", bytes: bytes)
        #expect(try failure(source) == .elf(problem, file: "app.elf"))
    }

    @Test func `leaves out a file header that the first segment begins with`() throws {
        var elf = program()
        elf.segments[0].includesHeaders = true
        #expect(try image(file(elf)).segments.map(\.address) == [0x9000_0000])
    }

    @Test func `a file without sections gives whole segments`() throws {
        var elf = program()
        elf.hasSectionTable = false
        let image = try image(file(elf))
        #expect(image.segments.map(\.bytes) == [[1, 2, 3, 4, 5, 6]])
        #expect(image.segments[0].origin == "app.elf: segment 0, segment 1")
    }

    @Test func `files for something else are refused with the reason`() throws {
        let changes: [((inout SyntheticELF) -> Void, ELFProblem)] = [
            ({ $0.elfClass = 2 }, .is64Bit), ({ $0.byteOrder = 2 }, .isBigEndian),
            ({ $0.elfClass = 0 }, .unknownClass),
            ({ $0.machine = 243 }, .wrongMachine(found: 243, expected: 40)),
            ({ $0.type = 1 }, .notExecutable(type: 1)),
        ]
        for (change, problem) in changes {
            var elf = program()
            change(&elf)
            #expect(try failure(file(elf)) == .elf(problem, file: "app.elf"))
        }
        #expect(
            try failure(source("app.elf", "hello, world, this is no program"))
                == .elf(.notELF, file: "app.elf"))
    }

    @Test func `the wrong machine is called by its name`() throws {
        var elf = program()
        elf.machine = 243
        #expect(try failure(file(elf)).summary == "app.elf: built for RISC-V, not for ARM")
    }

    @Test func `a segment that is not in the file is named`() throws {
        var bytes = program().encode()
        // p_filesz of program header 1.
        bytes.replaceSubrange((52 + 32 + 16)..<(52 + 32 + 20), with: [0xFF, 0xFF, 0xFF, 0x0F])
        #expect(
            try failure(ImageSource(name: "app.elf", bytes: bytes))
                == .elf(.outsideFile(.segment(1)), file: "app.elf"))
    }

    @Test func `segments that all show the same bytes are refused`() throws {
        var elf = SyntheticELF()
        elf.hasSectionTable = false
        elf.add("x", [UInt8](repeating: 7, count: 100_000))
        for index in 0..<100 { elf.addSegment(0..<1, physicalAddress: UInt32(index) << 20) }
        #expect(try failure(file(elf)) == .elf(.segmentsClaimTooMuch, file: "app.elf"))
    }

    @Test func `symbols are found by name and lead to their section's bytes`() throws {
        var elf = program()
        // Both cover the address; the symbol is in the second.
        elf.add(".info", at: 0x9000_0000, [9, 8, 7])
        elf.addSymbol("record", 0x9000_0001, in: 3, type: 1)
        let parsed = try ELFFile(elf.encode(), name: "a")
        let symbol = try #require(parsed.symbol(named: "record"))
        #expect(parsed.bytes(at: symbol, count: 10) == [8, 7])
        #expect(parsed.symbol(named: "nothing") == nil)
    }

    @Test func `counts too large for the header are taken from section 0`() throws {
        var bytes = program().encode()
        let table = Int(bytes[32]) | Int(bytes[33]) << 8
        let count = bytes[48]
        let names = bytes[50]
        bytes[48] = 0
        bytes[50] = 0xFF
        bytes[51] = 0xFF
        bytes[table + 20] = count
        bytes[table + 24] = names
        let parsed = try ELFFile(bytes, name: "a")
        #expect(parsed.sections.count == Int(count))
        #expect(parsed.section(named: ".text")?.address == 0x9000_0000)
    }
}
