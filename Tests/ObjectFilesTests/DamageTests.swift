// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ELFTestKit
import Essentials
import ObjectFiles
import Testing

/// A file of each format with something of everything in it.
private func specimen(_ format: ImageFormat) throws -> [UInt8] {
    let bytes = (0..<600).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let image = FirmwareImage(sorted: [
        ImageSegment(address: 0x9000_0000, bytes: bytes, origin: "a"),
        ImageSegment(address: 0x9000_FFF0, bytes: Array(bytes.prefix(40)), origin: "b"),
    ])
    guard format == .elf else { return try ImageWriter().encode(image, as: format) }
    var elf = SyntheticELF()
    elf.add(".text", at: 0x9000_0000, bytes, flags: 0x6)
    elf.add(".debug_line", lineSection(version: 4), flags: 0)
    elf.addSegment(0..<1, physicalAddress: 0x9000_0000)
    elf.addSymbol("main", 0x9000_0001, in: 0, size: 10)
    elf.addSymbol("StorageInfo", 0x9000_0100, in: 0, size: 200, type: 1)
    return elf.encode()
}

/// Everything that reads; only that it comes back matters here.
private func survive(_ bytes: [UInt8], _ format: ImageFormat) -> Bool {
    var expectation = ImageExpectation()
    expectation.families = [0x6DB6_6082]
    let image = try? FirmwareImage.merging(
        [ImageSource(name: "x", bytes: bytes, format: format)], expecting: expectation)
    if format == .elf, let file = try? ELFFile(bytes, name: "x") {
        let table = SymbolTable(file)
        _ = table.describe(0x9000_0001)
        _ = file.symbol(named: "StorageInfo").flatMap { file.bytes(at: $0, count: 200) }
    }
    return image != nil
}

@Suite struct `Damaged files` {
    @Test(arguments: [ImageFormat.elf, .intelHex, .sRecord, .uf2])
    func `a file cut at any length is refused or read, never more`(format: ImageFormat) throws {
        let whole = try specimen(format)
        #expect(survive(whole, format))
        for cut in Damage.truncations(of: whole) {
            let isRead = survive(cut, format)
            // Text formats end with a line end that is not needed; everything else that is missing is noticed.
            #expect(!isRead || (format != .elf && format != .uf2 && cut.count == whole.count - 1))
        }
    }

    @Test(arguments: [ImageFormat.elf, .intelHex, .sRecord, .uf2])
    func `random damage never traps`(format: ImageFormat) throws {
        let whole = try specimen(format)
        for damaged in Damage.flips(of: whole, count: 3_000, seed: 1) { _ = survive(damaged, format) }
    }

    @Test func `random bytes are survived by every reader`() {
        var generator = SeededGenerator(seed: 2)
        for _ in 0..<500 {
            let bytes = (0..<Int.random(in: 0...300, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            for format in ImageFormat.allCases { _ = survive(bytes, format) }
            _ = survive([0x7F, 0x45, 0x4C, 0x46, 1, 1] + bytes, .elf)
        }
    }

    @Test func `a single wrong character in a text record is always noticed`() throws {
        for format in [ImageFormat.intelHex, .sRecord] {
            let whole = try specimen(format)
            for index in stride(from: 0, to: whole.count, by: 3) where whole[index] != 0x0A {
                var damaged = whole
                damaged[index] = damaged[index] == UInt8(ascii: "7") ? UInt8(ascii: "8") : UInt8(ascii: "7")
                #expect(!survive(damaged, format), "changed byte \(index)")
            }
        }
    }
}
