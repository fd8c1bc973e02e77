// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import ProductionJobs
import ProductionStore
import Testing

@Suite struct `Records` {
    @Test func `that nobody touched are found whole`() throws {
        let store = try StoreFixture()
        #expect(try store.records.verify() == [])
        try store.fill(5)
        #expect(try store.records.verify() == [])
        try store.reopen()
        #expect(try store.records.verify() == [])
    }

    @Test(arguments: [
        (
            "UPDATE record SET body = replace(body, 'V3J15', 'V3J16') WHERE sequence = 3",
            RecordFinding.changed(sequence: 3)
        ),
        ("DELETE FROM record WHERE sequence = 4", .missing(sequence: 4)),
        ("DELETE FROM record WHERE sequence > 8", .otherHead(signed: 10, found: 8)),
        ("UPDATE record SET sequence = 100 WHERE sequence = 3", .missing(sequence: 3)),
        ("DELETE FROM head", .noHead),
        ("UPDATE head SET signature = 'AAAA'", .badSignature),
        (
            "UPDATE record SET kind = 'closed' WHERE sequence = 1 AND 0; UPDATE record SET hash = 'x' WHERE sequence = 2",
            .unreadable(sequence: 2)
        ),
    ])
    func `that were changed, removed or moved are found`(statement: String, finding: RecordFinding) throws {
        let store = try StoreFixture()
        try store.fill(5)
        try store.tamper(statement)
        let findings = try store.records.verify()
        #expect(findings.contains(finding), "\(findings)")
    }

    @Test func `whose newest were taken away together with their head are found by the head beside them`()
        throws
    {
        let store = try StoreFixture()
        try store.fill(3)
        try store.database.checkpoint()
        let old = try Data(contentsOf: URL(fileURLWithPath: store.folder + "/station.db"))
        try store.fill(1, named: "later")
        try store.database.checkpoint()
        try old.write(to: URL(fileURLWithPath: store.folder + "/station.db"))
        for name in ["/station.db-wal", "/station.db-shm"] {
            try? FileManager.default.removeItem(atPath: store.folder + name)
        }
        try store.reopen()
        #expect(try store.records.verify() == [.olderDatabase(kept: 8, found: 6)])
    }

    @Test func `whose head beside them was taken away are found`() throws {
        let store = try StoreFixture()
        try store.fill(1)
        try FileManager.default.removeItem(atPath: store.folder + "/records.head")
        #expect(try store.records.verify() == [.noKeptHead])
    }

    @Test func `signed by another station are found`() throws {
        let store = try StoreFixture(), other = try StoreFixture()
        try store.fill(1)
        let key = try StationKey(path: other.folder + "/station.key").publicKey
        #expect(try store.records.verify(publicKey: key).contains(.badSignature))
    }

    @Test func `cannot be changed through the database as it is`() throws {
        let store = try StoreFixture()
        try store.fill(1)
        try store.reopen()
        #expect(throws: StoreError.unitClosed("u0")) {
            try store.records.close(UnitClosing(unit: "u0", verdict: .failed, endedAt: ""))
        }
        #expect(throws: StoreError.unknownUnit("nobody")) {
            try store.records.close(UnitClosing(unit: "nobody", verdict: .failed, endedAt: ""))
        }
    }

    @Test func `of units in work when the station went away say so`() throws {
        let store = try StoreFixture()
        try SerialLedger(database: store.database).create("n", .counter(start: 1, step: 1, last: 9))
        try store.fill(1)
        _ = try store.records.open(store.opening("lost"), pools: ["n"])
        try store.reopen()
        #expect(try store.closeInterrupted() == ["lost"])
        #expect(try store.closeInterrupted() == [])
        let unit = try UnitSearch(database: store.database).unit("lost")
        #expect(unit.closing?.verdict == .interrupted)
        #expect(try SerialLedger(database: store.database).state(of: "n").burnt == 1)
        #expect(try store.records.verify() == [])
    }

    @Test func `are found by what is in them`() throws {
        let store = try StoreFixture()
        try store.fill(3)
        try SerialLedger(database: store.database).create("n", .counter(start: 1042, step: 1, last: 1050))
        _ = try store.records.open(store.opening("x", slot: "B2", serial: "SN7"), pools: ["n"])
        let search = UnitSearch(database: store.database)
        for text in ["x", "1042", "SN7"] {
            var query = UnitSearch.Query()
            query.text = text
            #expect(try search.units(query).map(\.opening.unit) == ["x"])
        }
        var query = UnitSearch.Query()
        query.verdict = .good
        query.limit = 2
        let page = try search.units(query)
        #expect(page.map(\.opening.unit) == ["u2", "u1"])
        query.before = page.last?.sequence
        #expect(try search.units(query).map(\.opening.unit) == ["u0"])
        #expect(try search.counts() == ["good": 3, "running": 1])
        var all: [String] = []
        try search.forEach { all.append($0.opening.unit) }
        #expect(all == ["u0", "u1", "u2", "x"])
    }
}

extension StoreFixture {
    func fill(_ count: Int, named prefix: String) throws {
        for number in 0..<count {
            _ = try records.open(opening("\(prefix)\(number)"), pools: [])
            try records.close(UnitClosing(unit: "\(prefix)\(number)", verdict: .good, endedAt: ""))
        }
    }
}
