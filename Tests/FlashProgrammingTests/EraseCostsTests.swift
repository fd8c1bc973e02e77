// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashLoader
import Testing

@testable import FlashProgramming

@Suite struct `Erase units` {
    private func costs(_ groups: [(UInt32, UInt32)] = [(256, 0x1000)]) throws -> EraseCosts {
        EraseCosts(try FlashGeometry(Scenario.storage(groups)), .winbond)
    }
    private func range(_ low: UInt32, _ count: Int) -> AddressRange {
        AddressRange(start: Scenario.start + low, count: count)
    }

    @Test func `are the largest that fit and are aligned`() throws {
        let units = try costs().units(in: range(0x6000, 0x2_b000)).map(\.count)
        #expect(units == [0x1000, 0x1000, 0x8000, 0x1_0000, 0x1_0000, 0x1000])
        #expect(try costs().units(in: range(0, 0x1_0000), below: 0x1_0000).map(\.count) == [0x8000, 0x8000])
    }

    @Test func `are never smaller than a sector of the loader`() throws {
        let costs = try costs([(8, 0x1000), (1, 0x8000), (4, 0x4_0000)])
        #expect(
            costs.units(in: costs.geometry.range).map(\.count).suffix(4) == [
                0x4_0000, 0x4_0000, 0x4_0000, 0x4_0000,
            ])
        #expect(costs.block(around: range(0x9_0000, 0x4_0000)) == range(0x9_0000, 0x4_0000))
        #expect(costs.block(around: range(0x2000, 0x1000)) == range(0, 0x1_0000))
    }

    @Test func `of a table that fits no block are its sectors`() throws {
        let costs = try costs([(3, 0x3000)])
        #expect(costs.units(in: costs.geometry.range).map(\.count) == [0x3000, 0x3000, 0x3000])
    }

    @Test func `cost what was measured once it was`() throws {
        var costs = try costs()
        #expect(costs.time(of: range(0, 0x2_0000)) == .milliseconds(300))
        #expect(!costs.isCertain(0x1_0000) && costs.isCertain(0x1000))
        costs.learn(range(0, 0x2_0000), took: .milliseconds(1440))
        #expect(costs.time(of: range(0x2_0000, 0x1_0000)) == .milliseconds(720))
        #expect(costs.isCertain(0x1_0000))
        // What mixes units says nothing about either.
        costs.learn(range(0x3_0000, 0x1_1000), took: .seconds(9))
        #expect(costs.time(of: range(0x2_0000, 0x1_0000)) == .milliseconds(720))
    }

    @Test func `tell a slow chip from a loader that goes by sectors`() throws {
        var (bySectors, slow) = (try costs(), try costs())
        bySectors.learn(range(0, 0x1_0000), took: .milliseconds(730))
        slow.learn(range(0, 0x1_0000), took: .milliseconds(600))
        #expect(bySectors.chipErase < .seconds(41))
        #expect(slow.chipErase == .seconds(160))
    }

    @Test func `are never cut apart by a call`() throws {
        let costs = EraseCosts(try FlashGeometry(Scenario.storage([(4096, 0x1000)])), .winbond)
        let all = AddressRangeSet([range(0x3000, 0x60_0000), range(0xa0_1000, 0x7000)])
        var calls = EraseSequence(all, costs)
        var (done, longest) = (AddressRangeSet(), Duration.zero)
        let unit = calls.next(costs, isFirst: true)
        let first = try #require(unit)
        #expect(first == range(0x3000, 0x1000), "the loader is judged by one unit")
        done.insert(first)
        while let call = calls.next(costs, isFirst: false) {
            let end = call.bounds.upperBound
            #expect(end % 0x1_0000 == 0 || all.ranges.contains { $0.bounds.upperBound == end }, "\(call)")
            #expect(!done.intersects(call))
            done.insert(call)
            longest = max(longest, costs.time(of: call))
        }
        #expect(done == all && calls.time(costs) == .zero)
        #expect(longest <= .seconds(2) && longest > .seconds(1))
    }
}

@Suite struct `The choice of erase units` {
    private let block = AddressRange(start: Scenario.start, count: 0x1_0000)

    private func costs() throws -> EraseCosts {
        EraseCosts(try FlashGeometry(Scenario.storage([(256, 0x1000)])), .winbond)
    }
    /// A block whose sectors need what `need` says.
    private func needs(_ need: (Int) -> SectorNeed.Need) -> [SectorNeed] {
        block.pieces(of: 0x1000).enumerated().map { SectorNeed(range: $1, need: need($0)) }
    }

    @Test(arguments: 1...16) func `is by cost`(dirty: Int) throws {
        // 6.4 ms to bring back a sector. Every third sector first, so that no half is dirty alone.
        let order = (0..<16).map { $0 * 5 % 16 }
        let needs = needs { index in
            order.prefix(dirty).contains(index) ? .mustErase : .mayErase(.microseconds(6400))
        }
        let choice = ErasePlanner(costs: try costs(), usesUncertainUnits: true).choose(needs, in: block)
        let (bySectors, whole) = (45 * dirty, 150 + 64 * (16 - dirty) / 10)
        #expect(choice.cost.seconds * 1000 <= Double(min(bySectors, whole)) + 1)
        if dirty < 4 { #expect(choice.regions.count == dirty * 0x1000) }
        if dirty > 8 { #expect(choice.regions == AddressRangeSet([block])) }
    }

    @Test func `takes half a block where that is enough`() throws {
        let needs = needs { $0 < 8 ? .mustErase : .mayErase(.milliseconds(6)) }
        let choice = ErasePlanner(costs: try costs(), usesUncertainUnits: true).choose(needs, in: block)
        #expect(choice.regions == AddressRangeSet([AddressRange(start: Scenario.start, count: 0x8000)]))
        #expect(choice.cost == .milliseconds(120))
    }

    @Test func `leaves alone what must stay`() throws {
        let needs = needs { $0 == 3 ? .mustStay : .mustErase }
        let choice = ErasePlanner(costs: try costs(), usesUncertainUnits: true).choose(needs, in: block)
        #expect(choice.regions.count == 0xf000 && !choice.regions.contains(needs[3].range))
    }

    @Test func `does not gamble on one block`() throws {
        let needs = needs { $0 % 2 == 0 ? .mustErase : .mayErase(.milliseconds(6)) }
        func planner(_ count: Int) throws -> ErasePlanner {
            ErasePlanner(
                costs: try costs(),
                [EraseBlock](repeating: EraseBlock(range: block, needs: needs), count: count))
        }
        // 360 ms against 198: to win 162 ms a block, 720 are at stake.
        #expect(try !planner(1).usesUncertainUnits)
        #expect(try planner(5).usesUncertainUnits)
        #expect(try planner(1).choose(needs, in: block).regions.count == 8 * 0x1000)
        #expect(try planner(5).choose(needs, in: block).regions == AddressRangeSet([block]))
    }
}
