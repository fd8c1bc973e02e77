// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import ProductionJobs
import ProductionStore
import Testing

@Suite struct `Serial numbers` {
    @Test(arguments: 1...4 as ClosedRange<UInt64>) func `are never given twice and never lost`(seed: UInt64)
        throws
    {
        let store = try StoreFixture()
        let ledger = SerialLedger(database: store.database)
        try ledger.create("n", .counter(start: 100, step: 1, last: 199))
        var generator = SeededGenerator(seed: seed)
        var given: [String: Verdict] = [:]
        for number in 0..<100 {
            let opened = try store.records.open(store.opening("u\(number)"), pools: ["n"])
            let value = try #require(opened.opening.serials["n"])
            #expect(given[value] == nil)
            // A quarter of the units is in work when the station dies.
            guard Bool.random(using: &generator) || Bool.random(using: &generator) else {
                try store.reopen()
                #expect(try store.closeInterrupted() == ["u\(number)"])
                given[value] = .interrupted
                continue
            }
            let verdict: Verdict = Bool.random(using: &generator) ? .good : .failed
            try store.records.close(UnitClosing(unit: "u\(number)", verdict: verdict, endedAt: ""))
            given[value] = verdict
        }
        let state = try SerialLedger(database: store.database).state(of: "n")
        #expect(state.used == given.values.count { $0 == .good })
        #expect(state.used + state.burnt == 100)
        #expect(state.left == 0 && state.reserved == 0)
        #expect(throws: StoreError.poolExhausted("n")) {
            _ = try store.records.open(store.opening("one more"), pools: ["n"])
        }
        // The unit that got none has no record either.
        #expect(throws: StoreError.unknownUnit("one more")) {
            _ = try UnitSearch(database: store.database).unit("one more")
        }
    }

    @Test func `of a list are taken in order`() throws {
        let store = try StoreFixture()
        let ledger = SerialLedger(database: store.database)
        try ledger.create("list", .list(["b", "a", "c"]))
        try ledger.create("list", .list(["b", "a", "c"]))
        #expect(throws: StoreError.poolDiffers("list")) { try ledger.create("list", .list(["x"])) }
        let values = try (0..<3).map {
            try store.records.open(store.opening("u\($0)"), pools: ["list"]).values["list"]?.text
        }
        #expect(values == ["b", "a", "c"])
    }

    @Test func `of a table are taken row by row, with all their columns`() throws {
        let store = try StoreFixture()
        let table = try SerialTable(csv: "serial,mac\r\nS1,\"02:00,1\"\r\nS2,02:00:2\r\n")
        let ledger = SerialLedger(database: store.database)
        try ledger.create("label", .table(table))
        try ledger.create("label", .table(table))
        let first = try store.records.open(store.opening("u1"), pools: ["label"])
        #expect(first.opening.serials == ["label": "S1", "label/serial": "S1", "label/mac": "02:00,1"])
        try store.reopen()
        let second = try store.records.open(store.opening("u2"), pools: ["label"])
        #expect(second.values["label/mac"]?.text == "02:00:2")
        #expect(throws: StoreError.poolExhausted("label")) {
            _ = try store.records.open(store.opening("u3"), pools: ["label"])
        }
    }

    @Test(arguments: [
        ("", "line 1: the names of the columns are missing"), ("a,a\n1,2\n", "line 1: the names"),
        ("a,b c\n1,2\n", "line 1: the names"), ("a,b\n", "line 1: there is no row"),
        ("a,b\n1,2\n3\n", "line 3: there are 1 cells for 2 columns"),
        ("a,b\n1,2\n\n1,3\n", "line 4: 1 stands in line 2 already"),
        ("a,b\n1,\n", "line 2: a cell is empty"), ("a\n\"x\ny\n", "line 2: a quoted cell has no end"),
        ("a\n\"x\"y\n", "line 2: something stands behind"), ("a\n\"x\ny\"\n", "line 2: a cell is empty"),
    ])
    func `in a table with a mistake are told by its line`(text: String, message: String) throws {
        let mistake = try #require(throws: SerialTable.Mistake.self) { _ = try SerialTable(csv: text) }
        #expect(mistake.description.hasPrefix(message), "\(mistake)")
    }

    @Test func `of a pool that is not there begin no unit`() throws {
        let store = try StoreFixture()
        #expect(throws: StoreError.unknownPool("m")) {
            _ = try store.records.open(store.opening("u"), pools: ["m"])
        }
        #expect(try store.records.verify() == [])
        #expect(try UnitSearch(database: store.database).units() == [])
    }

    @Test func `scanned again are told by what they were before`() throws {
        let store = try StoreFixture()
        let guards = UnitGuards(identityField: "serial")
        _ = try store.records.open(store.opening("a", serial: "S1"), pools: [], guards: guards)
        #expect(throws: StoreError.serialRepeated(pool: "serial", value: "S1", unit: "a")) {
            _ = try store.records.open(store.opening("b", serial: "S1"), pools: [], guards: guards)
        }
        try store.records.close(UnitClosing(unit: "a", verdict: .failed, endedAt: ""))
        _ = try store.records.open(store.opening("b", serial: "S1"), pools: [], guards: guards)
        try store.records.close(UnitClosing(unit: "b", verdict: .good, endedAt: ""))
        #expect(throws: StoreError.unitGood(serial: "S1", unit: "b")) {
            _ = try store.records.open(store.opening("c", serial: "S1"), pools: [], guards: guards)
        }
    }

    @Test func `that failed too often go to repair`() throws {
        let store = try StoreFixture()
        var guards = UnitGuards(identityField: "serial")
        guards.attempts = 2
        for unit in ["a", "b"] {
            _ = try store.records.open(store.opening(unit, serial: "S1"), pools: [], guards: guards)
            try store.records.close(UnitClosing(unit: unit, verdict: .failed, endedAt: ""))
        }
        #expect(throws: StoreError.attemptsUsed(serial: "S1", attempts: 2)) {
            _ = try store.records.open(store.opening("c", serial: "S1"), pools: [], guards: guards)
        }
    }

    @Test func `of a full batch are not taken`() throws {
        let store = try StoreFixture()
        let batches = BatchStore(database: store.database)
        let batch = Batch(name: "b1", recipe: ContentHash(of: [1]), workOrder: "W", limit: 1, opened: "")
        try batches.open(batch)
        #expect(throws: StoreError.batchExists("b1")) { try batches.open(batch) }
        _ = try store.records.open(store.opening("a", batch: "b1"), pools: [])
        #expect(throws: StoreError.batchFull(name: "b1", limit: 1)) {
            _ = try store.records.open(store.opening("b", batch: "b1"), pools: [])
        }
        try store.records.close(UnitClosing(unit: "a", verdict: .failed, endedAt: ""))
        _ = try store.records.open(store.opening("b", batch: "b1"), pools: [])
        try batches.close("b1", at: "2026")
        #expect(throws: StoreError.batchClosed("b1")) {
            _ = try store.records.open(store.opening("c", batch: "b1"), pools: [])
        }
    }
}
