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

@Suite struct `Records for the central database` {
    private func code(_ error: StationError?) -> String? { error.map { $0.origin.code } }

    @Test func `arrive once and in order, whichever call fails`() throws {
        // The call of that number does not arrive, or its answer does not; until there are no so many calls.
        for trouble in [ModelCentral.Trouble.before, .after] {
            for number in 1... {
                let central = ModelCentral()
                central.contents.pools["serial"] = (.counter(start: 1, step: 1, last: 99), 4, 0)
                let station = try CentralFixture(central)
                central.disturb { $0 == number ? trouble : .none }
                station.round()
                station.settle()
                for _ in 0..<3 { try station.make() }
                var last = station.settle()
                let calls = central.calls
                if last != nil {
                    // It was the last call of all; the station comes back by itself.
                    central.disturb { _ in .none }
                    last = station.settle()
                }
                #expect(last == nil)
                #expect(central.contents.records["line"] == (try station.entries()))
                #expect(central.contents.records["line"]?.count == 6)
                #expect(central.contents.leases.count == 2, "call \(number): \(central.contents.leases)")
                if calls < number { break }
            }
        }
    }

    @Test func `are signed where a consignment ends`() throws {
        let central = ModelCentral()
        let station = try CentralFixture(central)
        for _ in 0..<300 { try station.make(pools: []) }
        #expect(station.settle(pools: []) == nil)
        let records = try #require(central.contents.records["line"])
        #expect(records.count == 600)
        let signatures = try #require(central.contents.signatures["line"])
        #expect(signatures.keys.sorted() == [256, 512, 600])
        for (sequence, signature) in signatures {
            let head = RecordHead(sequence: sequence, hash: records[Int(sequence) - 1].hash)
            #expect(StationKey.isValid(signature, for: head, publicKey: station.memory.key.publicKey))
        }
    }

    @Test func `wait while the database is away, and say since when`() throws {
        let central = ModelCentral()
        let station = try CentralFixture(central)
        #expect(station.settle(pools: []) == nil)
        central.disturb { _ in .before }
        try station.make(pools: [])
        #expect(code(station.round(pools: [])) == "CEN-001")
        let state = try station.memory.outbox.state()
        #expect(state.last - state.published == 2 && state.oldestWaiting == "2026-01-01T00:00:00.000Z")
        try station.reopen()
        central.disturb { _ in .none }
        #expect(station.settle(pools: []) == nil)
        #expect(try station.memory.outbox.state().oldestWaiting == nil)
        #expect(central.contents.records["line"]?.count == 2)
    }

    @Test func `are sent again to a database that was put back from a copy`() throws {
        let central = ModelCentral()
        let station = try CentralFixture(central)
        try station.make(pools: [])
        station.settle(pools: [])
        let copy = central.contents
        try station.make(pools: [])
        station.settle(pools: [])
        central.contents = copy
        try station.make(pools: [])
        // The gap is noticed, then the database is asked how far it has them.
        station.settle(pools: [])
        #expect(central.contents.records["line"] == (try station.entries()))
    }

    @Test func `of a station that was put back from a copy are a conflict, and leased numbers rest`() throws {
        let central = ModelCentral()
        central.contents.pools["serial"] = (.counter(start: 1, step: 1, last: 99), 10, 0)
        let station = try CentralFixture(central)
        station.settle()
        try station.make()
        station.settle()
        let copy = try station.copy()
        try station.make()
        station.settle()
        try station.reopen(from: copy)
        let conflict = station.round()
        #expect(code(conflict) == "CEN-022")
        let refusal = try #require(throws: StoreError.self) { _ = try station.make() }
        #expect(refusal.code == "STO-014")
        // Other units make the records longer than those of the database, and another.
        for _ in 0..<2 { try station.make(pools: []) }
        #expect(code(station.round()) == "CEN-021")
        #expect(central.contents.records["line"]?.count == 4)
    }

    @Test func `of another station under the same name are refused`() throws {
        let central = ModelCentral()
        let (first, second) = (try CentralFixture(central), try CentralFixture(central))
        try first.make(pools: [])
        #expect(first.settle(pools: []) == nil)
        try second.make(pools: [])
        #expect(code(second.settle(pools: [])) == "CEN-020")
        #expect(try second.memory.outbox.state().conflict != nil)
        #expect(central.contents.records["line"] == (try first.entries()))
    }

    @Test func `go to the database that the station has worked with, and to no other`() throws {
        let station = try CentralFixture(ModelCentral())
        #expect(station.settle(pools: []) == nil)
        let other = ModelCentral()
        other.contents.name = "central-2"
        let moved = try CentralFixture("line", other, folder: station.folder)
        #expect(code(moved.round(pools: [])) == "CEN-025")
    }
}
