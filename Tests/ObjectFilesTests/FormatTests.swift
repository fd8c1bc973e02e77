// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ELFTestKit
import ObjectFiles
import Testing

@Suite struct `Format detection` {
    @Test func `contents decide before the name`() throws {
        #expect(try source("firmware.txt", hexRecord(0, 0, [1]) + endOfFile).resolvedFormat() == .intelHex)
        #expect(try source("firmware.hex", "S1137AF00A0A0D").resolvedFormat() == .sRecord)
        #expect(try ImageSource(name: "x.bin", bytes: SyntheticELF().encode()).resolvedFormat() == .elf)
    }

    @Test func `a raw binary that happens to look like text stays one`() throws {
        #expect(try source("x.bin", ":00000001FF").resolvedFormat() == .binary)
    }

    @Test func `the name decides where the contents are silent`() throws {
        #expect(try source("x.bin", "\u{0}\u{1}").resolvedFormat() == .binary)
        #expect(try source("x.mot", "\u{0}\u{1}").resolvedFormat() == .sRecord)
    }

    @Test func `an address makes an unknown file a raw binary`() throws {
        #expect(try source("blob", "data", address: 0x9000_0000).resolvedFormat() == .binary)
        #expect(try failure(source("blob", "data")) == .unknownFormat(file: "blob"))
    }

    @Test func `a raw binary needs an address and others must not have one`() throws {
        #expect(try failure(source("x.bin", "data")) == .addressMissing(file: "x.bin"))
        #expect(
            try failure(source("x.hex", endOfFile, address: 16))
                == .addressNotAllowed(file: "x.hex", format: .intelHex, address: 16))
        let raw = try image(source("x.hex", endOfFile, address: 16, format: .binary))
        #expect(raw.segments[0].bytes == Array(endOfFile.utf8))
    }

    @Test func `files that give no byte are refused`() throws {
        #expect(try failure(source("x.hex", endOfFile)) == .noData(file: "x.hex"))
        #expect(try failure(source("x.bin", "", address: 0)) == .noData(file: "x.bin"))
    }

    @Test func `a raw binary must end below 4 GiB`() throws {
        #expect(try failure(source("x.bin", "ab", address: .max)).code == "IMG-013")
    }
}
