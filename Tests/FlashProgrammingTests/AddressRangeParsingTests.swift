// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashProgramming
import Testing

@Suite struct `Address ranges as people type them` {
    @Test(arguments: [
        ("0x90000000+64k", 0x9000_0000, 0x1_0000),
        ("0x9000_0000+0x100", 0x9000_0000, 0x100),
        ("0x90000000+64KiB", 0x9000_0000, 0x1_0000),
        ("0x90000000 + 1M", 0x9000_0000, 0x10_0000),
        ("0x90000000..0x90000001", 0x9000_0000, 1),
        ("2415919104+16", 0x9000_0000, 16),
        ("0X9000000A+0xB", 0x9000_000a, 11),
        ("4k..8k", 4096, 4096),
        ("0x90000000+1MiB", 0x9000_0000, 0x10_0000),
        ("0xFFFFFFFF+1", 0xffff_ffff, 1),
        ("0+4G", 0, 1 << 32),
    ])
    func `are read`(text: String, start: Int, count: Int) throws {
        let range = try AddressRange(parsing: text)
        #expect(range == AddressRange(start..<start + count))
    }

    @Test(arguments: [
        ("0x90000000", RangeTextProblem.noSeparator),
        ("", .noSeparator),
        ("0x90000000.0x90000010", .noSeparator),
        ("0x90000000+0", .empty),
        ("16..16", .empty),
        ("32..16", .backwards),
        ("0x90000000+", .badNumber("")),
        ("+16", .badNumber("")),
        ("0x+16", .badNumber("0x")),
        ("flash+16", .badNumber("flash")),
        ("-1+16", .badNumber("-1")),
        ("0x90000000+64kB", .badUnit("kB")),
        ("0x90000000+64MB", .badUnit("MB")),
        ("12ab..16", .badUnit("ab")),
        ("0xFFFFFFFF+2", .beyondAddressSpace),
        ("0x100000000+1", .beyondAddressSpace),
        ("1+99999999999999999999", .beyondAddressSpace),
        ("1+9223372036854775807", .beyondAddressSpace),
        ("1+17179869184G", .beyondAddressSpace),
    ])
    func `are refused with what is wrong`(text: String, problem: RangeTextProblem) {
        #expect { try AddressRange(parsing: text) } throws: { error in
            guard case .invalidRange(text, problem)? = error as? FlashError else { return false }
            return (error as? FlashError)?.code == "FLS-006"
        }
    }

    @Test func `print in the notation they are read in`() throws {
        for bounds in [0x9000_0000..<0x9000_0001, 0..<1 << 32, 0xffff_ff00..<1 << 32] {
            let range = try #require(AddressRange(bounds))
            #expect(try AddressRange(parsing: range.description) == range)
        }
    }

    @Test func `never trap on random text`() {
        var random = SeededGenerator(seed: 7)
        let alphabet = Array("0x19aFk+.MGiB_ -é")
        for _ in 0..<5000 {
            let text = String(
                (0..<Int.random(in: 0...12, using: &random)).map { _ in
                    alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
                })
            if let range = try? AddressRange(parsing: text) { #expect(range.count > 0) }
        }
    }
}
