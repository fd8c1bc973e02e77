// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import GRDB
import ProductionJobs

extension RecordEntry {
    private static let columns = "sequence, kind, unit, body, previous, hash"

    /// Nothing for a row that no version of ours wrote.
    init?(row: Row) {
        guard let sequence = row.number("sequence"), let unit = row.text("unit"), let body = row.text("body"),
            let kind = row.text("kind").flatMap(Kind.init(rawValue:)),
            let previous = row.text("previous").flatMap({ ContentHash($0) }),
            let hash = row.text("hash").flatMap({ ContentHash($0) })
        else { return nil }
        self.init(
            sequence: sequence, kind: kind, unit: unit, body: body, previous: previous, hash: hash)
    }

    static func fetchLast(_ database: Database) throws -> RecordEntry? {
        let row = try Row.fetchOne(
            database, sql: "SELECT \(columns) FROM record ORDER BY sequence DESC LIMIT 1")
        return try row.map { row in
            guard let entry = RecordEntry(row: row) else {
                throw StoreError.corrupt(path: "record", detail: "the last row is no record")
            }
            return entry
        }
    }

    func insert(_ database: Database) throws {
        try database.execute(
            sql: "INSERT INTO record (\(Self.columns)) VALUES (?, ?, ?, ?, ?, ?)",
            arguments: [sequence, kind.rawValue, unit, body, previous.description, hash.description])
    }

    /// Every row in order, however many there are.
    static func forEach(_ database: Database, after sequence: Int64 = 0, _ body: (Row) throws -> Void) throws
    {
        let rows = try Row.fetchCursor(
            database, sql: "SELECT \(columns) FROM record WHERE sequence > ? ORDER BY sequence",
            arguments: [sequence])
        while let row = try rows.next() { try body(row) }
    }
}

/// Columns of a table that somebody else may have written to: another type is nothing, not a trap.
extension Row {
    func text(_ column: String) -> String? { String.fromDatabaseValue(self[column]) }
    func number(_ column: String) -> Int64? { Int64.fromDatabaseValue(self[column]) }
}
