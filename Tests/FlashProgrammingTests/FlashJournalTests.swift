// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import ObjectFiles
import Testing

@testable import FlashProgramming

@Suite struct `The journal of a job` {
    private func range(_ low: UInt32, _ count: Int) -> AddressRange {
        AddressRange(start: Scenario.start + low, count: count)
    }
    private func kept(_ low: UInt32, _ count: Int) -> ImageSegment {
        ImageSegment(
            address: Scenario.start + low, bytes: [UInt8](repeating: 7, count: count), origin: "kept")
    }

    @Test func `every byte is in one state`() {
        var journal = FlashJournal(.program)
        #expect(journal.summary.repetition == .startsOver && journal.isUntouched)
        journal.wasErased(range(0, 0x3000))
        journal.wasProgrammed(range(0x1000, 0x1000))
        journal.wasVerified(range(0x1000, 0x800))
        journal.starting(range(0x2000, 0x400))
        let summary = journal.summary
        #expect(summary.erased == [range(0, 0x1000), range(0x2400, 0xc00)])
        #expect(summary.programmed == [range(0x1000, 0x1000)])
        #expect(summary.verified == [range(0x1000, 0x800)])
        #expect(summary.unknown == [range(0x2000, 0x400)])
        #expect(summary.lost.isEmpty && summary.repetition == .completes)
        #expect(summary.advice.contains("skips what is right already"))
        #expect(summary.advice.contains("unknown state"))
    }

    @Test func `kept bytes are missing until all of them are verified`() {
        var journal = FlashJournal(.program)
        journal.holds([kept(0x100, 0x300), kept(0xf00, 0x100)])
        journal.holds([kept(0x100, 0x300)])
        journal.wasErased(range(0, 0x1000))
        #expect(journal.summary.lost == [range(0x100, 0x300), range(0xf00, 0x100)])
        #expect(journal.summary.repetition == .completesWithLoss)
        #expect(journal.summary.advice.contains("1024 bytes beside the image"))
        journal.wasVerified(range(0, 0x200))
        #expect(journal.unrestored.count == 2, "half of a piece is not a piece")
        journal.wasVerified(range(0x200, 0x200))
        #expect(journal.unrestored.map(\.address) == [Scenario.start + 0xf00])
        journal.wasVerified(range(0x400, 0xc00))
        #expect(journal.unrestored.isEmpty)
    }

    @Test func `a range that was left alone is what it was before`() {
        var journal = FlashJournal(.program)
        journal.wasProgrammed(range(0, 0x100))
        let before = journal
        journal.starting(range(0, 0x1000))
        journal.wasLeftAlone(range(0, 0x1000), as: before)
        #expect(journal == before)
    }

    @Test func `does what a list of pieces does`() throws {
        for seed in UInt64(0)..<100 {
            var random = SeededGenerator(seed: seed)
            var journal = FlashJournal(.program)
            var (verified, pieces) = (Set<UInt32>(), [UInt32: Int]())
            for _ in 0..<30 {
                let low = UInt32.random(in: 0..<60, using: &random)
                let count = Int.random(in: 1...8, using: &random)
                let bytes = low..<low + UInt32(count)
                if Bool.random(using: &random) {
                    // As a job does: what is held is then erased.
                    journal.holds([kept(low, count)])
                    journal.wasErased(range(low, count))
                    pieces[low] = count
                    verified.subtract(bytes)
                } else {
                    journal.wasVerified(range(low, count))
                    verified.formUnion(bytes)
                    pieces = pieces.filter { !verified.isSuperset(of: $0..<$0 + UInt32($1)) }
                }
                let left = journal.unrestored.map { $0.address - Scenario.start }
                #expect(left == pieces.keys.sorted(), "seed \(seed)")
            }
        }
    }
}

/// A key that counts how often it is compared.
private struct CountedKey: Comparable {
    final class Count { var comparisons = 0 }
    let value: Int
    let count: Count

    static func < (left: CountedKey, right: CountedKey) -> Bool {
        left.count.comparisons += 1
        return left.value < right.value
    }
    static func == (left: CountedKey, right: CountedKey) -> Bool {
        left.count.comparisons += 1
        return left.value == right.value
    }
}

@Suite struct `Sorted maps` {
    /// Comparisons that `count` keys cost when they are set in an order and then looked up.
    private func comparisons(_ count: Int, _ order: (Int) -> Int) -> Int {
        let counter = CountedKey.Count()
        var map = SortedMap<CountedKey, Int>()
        for index in 0..<count { map.set(index, for: CountedKey(value: order(index), count: counter)) }
        for index in 0..<count { _ = map[CountedKey(value: index, count: counter)] }
        return counter.comparisons
    }

    @Test func `ten times the keys cost about ten times the comparisons`() {
        for order in [{ $0 }, { $0 * 7919 % 10_007 }] as [(Int) -> Int] {
            let (few, many) = (comparisons(1_000, order), comparisons(10_000, order))
            #expect(many < few * 15, "\(few) comparisons for 1000, \(many) for 10000")
        }
    }

    @Test func `hold what a dictionary holds, in order`() {
        var random = SeededGenerator(seed: 3)
        var (map, model) = (SortedMap<Int, Int>(), [Int: Int]())
        for _ in 0..<2000 {
            let key = Int.random(in: 0..<300, using: &random)
            if Int.random(in: 0..<10, using: &random) == 0 {
                let span = map.index(atOrAfter: key)..<map.index(atOrAfter: key + 20)
                map.remove(in: span) { $0 % 2 == 0 }
                for index in key..<key + 20 where model[index].map({ $0 % 2 == 0 }) == true {
                    model[index] = nil
                }
            } else {
                let value = Int.random(in: 0..<100, using: &random)
                map.set(value, for: key)
                model[key] = value
            }
        }
        #expect(map.keys == model.keys.sorted() && map.values == map.keys.compactMap { model[$0] })
        #expect((0..<300).allSatisfy { map[$0] == model[$0] })
    }
}
