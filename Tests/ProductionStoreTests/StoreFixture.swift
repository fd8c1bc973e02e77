// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import GRDB
import ProductionJobs
import ProductionStore

/// A station's memory in a folder of its own.
final class StoreFixture {
    let folder: String
    private(set) var database: ProductionDatabase
    private(set) var records: RecordStore

    init() throws {
        folder = NSTemporaryDirectory() + "extflash-store-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        database = try ProductionDatabase(path: folder + "/station.db")
        records = try Self.records(database, folder)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// As after a restart.
    func reopen() throws {
        database = try ProductionDatabase(path: folder + "/station.db")
        records = try Self.records(database, folder)
    }

    /// As a station does that finds units in work when it starts.
    func closeInterrupted() throws -> [String] {
        let units = try records.openUnits()
        for unit in units {
            try records.close(UnitClosing(unit: unit, verdict: .interrupted, endedAt: "2026-01-02T00:00:00Z"))
        }
        return units
    }

    private static func records(_ database: ProductionDatabase, _ folder: String) throws -> RecordStore {
        RecordStore(
            database: database, key: try StationKey(path: folder + "/station.key"),
            headPath: folder + "/records.head")
    }

    /// What somebody with an SQLite shell could do.
    func tamper(_ statements: String...) throws {
        let queue = try DatabaseQueue(path: folder + "/station.db")
        try queue.writeWithoutTransaction { database in
            for statement in ["DROP TRIGGER record_stays", "DROP TRIGGER record_remains"] + statements {
                try database.execute(sql: statement)
            }
        }
    }

    func opening(_ unit: String, slot: String = "A1", serial: String? = nil, batch: String? = nil)
        -> UnitOpening
    {
        var opening = UnitOpening(
            unit: unit, station: "test", slot: slot,
            probe: UnitOpening.ProbeIdentity(kind: "stlink-v3", path: "1-1", serial: "S", firmware: "V3J15"),
            recipe: UnitOpening.RecipeIdentity(name: "r", hash: ContentHash(of: [1])), images: [],
            startedAt: "2026-01-01T00:00:00Z", attempt: 1)
        if let serial { opening.fields["serial"] = serial }
        opening.batch = batch
        return opening
    }

    /// Units that were done, one after another.
    func fill(_ count: Int, verdict: Verdict = .good) throws {
        for number in 0..<count {
            _ = try records.open(opening("u\(number)"), pools: [])
            try records.close(
                UnitClosing(unit: "u\(number)", verdict: verdict, endedAt: "2026-01-01T00:00:09Z"))
        }
    }
}
