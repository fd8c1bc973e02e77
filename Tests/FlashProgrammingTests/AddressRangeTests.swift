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

@Suite struct `Address ranges and sets of them` {
    @Test func `pieces cover a range without gaps and cut at multiples of the alignment`() throws {
        let range = try #require(AddressRange(0x1003..<0x1900))
        let pieces = range.pieces(of: 0x300, alignedTo: 0x100)
        #expect(pieces.map(\.bounds) == [0x1003..<0x1300, 0x1300..<0x1600, 0x1600..<0x1900])
        #expect(range.pieces(of: 0).count == range.count, "a limit of nothing is taken as one byte")
        let small = range.pieces(of: 0xa0, alignedTo: 0x100)
        #expect(small.allSatisfy { $0.count <= 0xa0 && ($0.start % 0x80 == 0 || $0.start == 0x1003) })
        #expect(small.reduce(0) { $0 + $1.count } == range.count)
    }

    @Test func `a set does what a set of addresses does`() throws {
        for seed in UInt64(0)..<200 {
            var random = SeededGenerator(seed: seed)
            var (set, model) = (AddressRangeSet(), Set<Int>())
            for _ in 0..<20 {
                let low = Int.random(in: 0..<60, using: &random)
                let range = try #require(AddressRange(low..<Int.random(in: low + 1...64, using: &random)))
                if Bool.random(using: &random) {
                    set.insert(range)
                    model.formUnion(range.bounds)
                } else {
                    set.remove(range)
                    model.subtract(range.bounds)
                }
            }
            #expect(set.ranges.flatMap { Array($0.bounds) } == model.sorted(), "seed \(seed)")
            for (left, right) in zip(set.ranges, set.ranges.dropFirst()) {
                #expect(
                    left.bounds.upperBound < right.bounds.lowerBound,
                    "neither overlap nor touch, seed \(seed)")
            }
            for low in 0..<64 {
                let range = try #require(AddressRange(low..<min(low + 5, 64)))
                #expect(set.contains(range) == model.isSuperset(of: range.bounds))
                #expect(set.intersects(range) == !model.isDisjoint(with: range.bounds))
            }
        }
    }
}
