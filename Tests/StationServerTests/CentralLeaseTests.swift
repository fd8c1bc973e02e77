// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CentralDatabase
import Essentials
import Foundation
import ProductionJobs
import ProductionStore
import StationTestKit
import Testing

@testable import StationServer

@Suite struct `Leased serial numbers` {
    private func central(_ pool: SerialPool = .counter(start: 100, step: 1, last: 999), block: Int64 = 5)
        -> ModelCentral
    {
        let central = ModelCentral()
        central.contents.pools["serial"] = (pool, block, 0)
        return central
    }

    @Test func `are leased a block ahead, and last while the database is away`() throws {
        let central = central()
        let station = try CentralFixture(central)
        let before = try #require(throws: StoreError.self) { _ = try station.make() }
        #expect(before.code == "STO-010")
        station.settle()
        #expect(try station.memory.leases.left(of: "serial").values == 5)
        #expect(try station.make() == "100")
        station.settle()
        #expect(try station.memory.leases.left(of: "serial").values == 9)
        central.disturb { _ in .before }
        var given: [String?] = []
        for _ in 0..<9 { given.append(try station.make()) }
        #expect(given == (101...109).map { "\($0)" })
        try station.reopen()
        let refusal = try #require(throws: StoreError.self) { _ = try station.make() }
        #expect(refusal.code == "STO-013" && refusal.summary.contains("`serial`"))
        central.disturb { _ in .none }
        station.settle()
        #expect(try station.make() == "110")
        #expect(try station.memory.serials.state(of: "serial").used == 11)
    }

    @Test func `are told apart from a pool that nobody has, before the first lease`() throws {
        let central = central()
        let station = try CentralFixture(central)
        central.disturb { $0 == 2 ? .before : .none }
        station.round()
        let refusal = try #require(throws: StoreError.self) { _ = try station.make() }
        #expect(refusal.code == "STO-013")
    }

    /// How many units get a number, by seed.
    private static let numbers = [
        11, 22, 12, 23, 30, 21, 26, 29, 35, 30, 37, 24, 32, 21, 24, 23, 29, 20, 23, 14,
    ]

    @Test(arguments: 1...20) func `are never those of another station`(seed: UInt64) throws {
        let central = central(block: 3)
        let stations = [try CentralFixture("a", central), try CentralFixture("b", central)]
        var generator = SeededGenerator(seed: seed)
        var given: [String] = []
        for _ in 0..<200 {
            let chance = UInt64.random(in: .min ... .max, using: &generator)
            central.disturb { call in
                // Another fate for every call, from the seed.
                switch ((chance &* UInt64(call)) >> 32) % 5 {
                case 0: .before
                case 1: .after
                default: .none
                }
            }
            let station = stations[Int.random(in: 0..<2, using: &generator)]
            switch Int.random(in: 0..<8, using: &generator) {
            case 0...3:
                do { given += [try station.make()].compactMap { $0 } } catch is StoreError {}
            case 4: _ = try station.memory.leases.release("serial")
            case 5: try station.reopen()
            default: station.round()
            }
        }
        central.disturb { _ in .none }
        for station in stations { station.settle() }
        // Of the seed's 200 steps; each unit that was told its number has it in its station's records, and no other has one.
        #expect(given.count == Self.numbers[Int(seed) - 1], "seed \(seed)")
        var everything = UnitSearch.Query()
        everything.limit = 1000
        let recorded = try stations.flatMap { station in
            try station.memory.units.units(everything).compactMap { $0.opening.serials["serial"] }
        }
        #expect(recorded.sorted() == given.sorted())
        #expect(Set(given).count == given.count, "a number was given twice")
        for (station, name) in zip(stations, ["a", "b"]) {
            #expect(central.contents.records[name] == (try station.entries()))
        }
        // Every value that was ever leased is given, held or free again.
        let contents = central.contents
        var held: Int64 = 0
        for station in stations { held += try station.memory.leases.left(of: "serial").values }
        let free = contents.free["serial"]?.reduce(0) { $0 + Int64($1.count) } ?? 0
        #expect(contents.pools["serial"]?.next == Int64(given.count) + held + free)
    }

    @Test func `are given back, and leased again by another`() throws {
        let central = central(.addresses(start: 0x0200_0000_0001, step: 1, last: 0x0200_0000_0006), block: 6)
        let (first, second) = (try CentralFixture("a", central), try CentralFixture("b", central))
        first.settle()
        #expect(try first.make() == "02:00:00:00:00:01")
        #expect(try first.memory.leases.release("serial") == 5)
        let refusal = try #require(throws: StoreError.self) { _ = try first.make() }
        #expect(refusal.code == "STO-013")
        first.settle(pools: [])
        #expect(central.contents.free["serial"] == [1..<6])
        second.settle()
        #expect(try second.make() == "02:00:00:00:00:02")
    }

    @Test func `run out, and records go on`() throws {
        let central = central(.counter(start: 1, step: 1, last: 2), block: 5)
        let station = try CentralFixture(central)
        station.settle()
        #expect(try [station.make(), station.make()] == ["1", "2"])
        #expect(station.settle(pools: ["serial", "none"]) == nil)
        #expect(central.contents.records["line"]?.count == 4)
        #expect(throws: StoreError.leaseUsedUp("serial")) { _ = try station.make() }
    }

    @Test func `are not mixed with a pool of the station's own`() throws {
        let central = central()
        let station = try CentralFixture(central)
        try station.memory.serials.create("serial", .counter(start: 1, step: 1, last: 9))
        #expect(station.settle() == nil)
        #expect(try station.make() == "1")
    }

    @Test func `are known again to a database that was put back from a copy`() throws {
        let central = central()
        let copy = central.contents
        let (first, second) = (try CentralFixture("a", central), try CentralFixture("b", central))
        first.settle()
        #expect(try first.make() == "100")
        central.contents = copy
        try first.reopen()
        first.settle()
        second.settle()
        #expect(try second.make() == "110")
        // Too late: the same values went to another station meanwhile.
        central.contents = copy
        try second.reopen()
        let newcomer = try CentralFixture("c", central)
        newcomer.settle()
        newcomer.settle()
        try newcomer.make()
        newcomer.settle()
        try newcomer.make()
        for _ in 0..<4 { try newcomer.make() }
        newcomer.settle()
        try first.reopen()
        #expect(first.round()?.origin.code == "CEN-033")
        #expect(try first.memory.outbox.state().conflict != nil)
    }
}
