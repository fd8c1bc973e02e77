// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Testing

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
