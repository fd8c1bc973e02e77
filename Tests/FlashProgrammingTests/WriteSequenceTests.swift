// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Testing

@testable import FlashProgramming

@Suite struct `Calls that program` {
    private func calls(
        _ pages: AddressRangeSet, blank: AddressRangeSet, limit: Int = 0x1000, gap: Int
    ) -> [AddressRange] {
        var sequence = WriteSequence(pages, blank: blank, limit: limit, pageSize: 0x100)
        var calls: [AddressRange] = []
        while let call = sequence.next(joiningGapsOf: gap) { calls.append(call) }
        return calls
    }
    private func range(_ low: UInt32, _ count: Int) -> AddressRange { AddressRange(start: low, count: count) }

    @Test func `join pages across what is blank and short`() {
        let pages = AddressRangeSet([range(0, 0x100), range(0x300, 0x100), range(0x600, 0x200)])
        let blank = AddressRangeSet([range(0x100, 0x200), range(0x400, 0x200)])
        #expect(calls(pages, blank: blank, gap: 0x200) == [range(0, 0x800)])
        #expect(calls(pages, blank: blank, gap: 0x100) == pages.ranges)
        #expect(
            calls(pages, blank: AddressRangeSet([range(0x100, 0x200)]), gap: 0x200)
                == [range(0, 0x400), range(0x600, 0x200)], "what may hold something is not written over")
    }

    @Test func `keep the device's limit and cut at pages`() {
        #expect(
            calls(AddressRangeSet([range(0x80, 0x2500)]), blank: AddressRangeSet(), gap: 0)
                == [range(0x80, 0xf80), range(0x1000, 0x1000), range(0x2000, 0x580)])
    }

    @Test func `program every page once, whatever the gaps`() throws {
        for seed in UInt64(0)..<300 {
            var random = SeededGenerator(seed: seed)
            var (pages, blank) = (AddressRangeSet(), AddressRangeSet())
            for index in UInt32(0)..<128 {
                let page = range(index * 0x100, 0x100)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: pages.insert(page)
                case 1, 2: blank.insert(page)
                default: break
                }
            }
            let limit = Int.random(in: 1...16, using: &random) * 0x100
            let gap = Int.random(in: 0...6, using: &random) * 0x100
            let calls = calls(pages, blank: blank, limit: limit, gap: gap)
            #expect(calls.allSatisfy { $0.count <= limit }, "seed \(seed)")
            var left = pages
            for call in calls {
                #expect(
                    !pages.intersection(call).isEmpty && left.intersection(call) == pages.intersection(call))
                left.remove(call)
                var filled = AddressRangeSet([call])
                for page in pages.ranges { filled.remove(page) }
                #expect(filled.ranges.allSatisfy { blank.contains($0) && $0.count <= gap }, "seed \(seed)")
            }
            #expect(left.isEmpty, "seed \(seed)")
        }
    }

    @Test func `are joined as far as they were measured to pay`() {
        var costs = WriteCosts(.winbond, pageSize: 256, linkRate: 1e6)
        let before = costs.longestGap
        #expect((8...16).contains(before))
        // A call of 2 ms and pages of half a millisecond.
        for pages in [1, 40, 2, 30, 3, 64, 1, 50, 2, 20, 5, 60, 4, 33, 1, 40, 2, 64] {
            costs.learn(pages: pages, took: .microseconds(2000 + 500 * pages))
        }
        #expect((3...5).contains(costs.longestGap))
        #expect(abs(costs.perPage.seconds - 0.0005) < 0.0001)
    }
}

@Suite struct `Samples of a block` {
    @Test(arguments: [1, 2, 3, 16, 17]) func `spread over it`(count: Int) {
        let order = ChangeSampler.order(count)
        #expect(order.sorted() == Array(0..<count))
        if count == 16 { #expect(order.prefix(4) == [0, 8, 4, 12]) }
    }
}
