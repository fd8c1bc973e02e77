// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import GRDB
package import ProductionJobs

/// What of the records is still to be sent to the central database.
///
/// The chain of records is its own outbox: it only ever grows, so that a number says what was sent. How far that is, the
/// database itself tells; what is noted here is what it told last.
package struct RecordOutbox: Sendable {
    let database: ProductionDatabase
    let key: StationKey

    package init(database: ProductionDatabase, key: StationKey) {
        (self.database, self.key) = (database, key)
    }

    /// Entries that follow each other, with a signature for the last of them.
    package struct Consignment: Hashable, Sendable {
        package let entries: [RecordEntry]
        package let signature: String
    }

    /// In one consignment, bytes of the entries' texts, unless one alone is larger.
    private static let sizeLimit = 1 << 20

    /// The entries behind `sequence`, at most `limit`; nil where there are none.
    package func next(after sequence: Int64, limit: Int = 256) throws(StoreError) -> Consignment? {
        let entries = try database.read { database in
            var entries: [RecordEntry] = []
            var size = 0
            let rows = try Row.fetchCursor(
                database, sql: "SELECT * FROM record WHERE sequence > ? ORDER BY sequence LIMIT ?",
                arguments: [sequence, limit])
            while let row = try rows.next() {
                guard let entry = RecordEntry(row: row) else {
                    throw StoreError.corrupt(path: "record", detail: "a row behind \(sequence) is no record")
                }
                size += entry.body.utf8.count
                guard entries.isEmpty || size <= Self.sizeLimit else { break }
                entries.append(entry)
            }
            return entries
        }
        guard let last = entries.last else { return nil }
        return Consignment(
            entries: entries,
            signature: try key.signature(for: RecordHead(sequence: last.sequence, hash: last.hash)))
    }

    /// The end of the records up to an entry, nil where they are shorter.
    ///
    /// 0 is before the first.
    package func hash(at sequence: Int64) throws(StoreError) -> ContentHash? {
        guard sequence > 0 else { return RecordEntry.origin }
        return try database.read { database in
            try String.fetchOne(
                database, sql: "SELECT hash FROM record WHERE sequence = ?", arguments: [sequence])
        }.flatMap { ContentHash($0) }
    }

    /// Notes how far the database has the records.
    package func note(published sequence: Int64) throws(StoreError) {
        try database.write {
            try $0.execute(
                sql:
                    "INSERT INTO central (id, published) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET published = ?1",
                arguments: [sequence])
        }
    }

    /// Notes which database it is; false when it was another before.
    package func isSame(_ central: String) throws(StoreError) -> Bool {
        try database.write { database in
            try database.execute(
                sql:
                    "INSERT INTO central (id, name) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET name = coalesce(name, ?1)",
                arguments: [central])
            return try String.fetchOne(database, sql: "SELECT name FROM central") == central
        }
    }

    /// Notes what only a person can settle; no leased number is given until it is nil again.
    package func note(conflict: String?) throws(StoreError) {
        guard try state().conflict != conflict else { return }
        try database.write {
            try $0.execute(
                sql:
                    "INSERT INTO central (id, conflict) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET conflict = ?1",
                arguments: [conflict])
        }
    }

    package struct State: Hashable, Sendable {
        package var published: Int64 = 0
        /// The newest entry.
        package var last: Int64 = 0
        /// When the oldest that waits was written, as its text has it.
        package var oldestWaiting: String?
        package var conflict: String?
    }

    /// `published` is what is known better than what was noted.
    package func state(published: Int64? = nil) throws(StoreError) -> State {
        try database.read { database in
            var state = State()
            if let row = try Row.fetchOne(database, sql: "SELECT published, conflict FROM central") {
                (state.published, state.conflict) = (row["published"], row["conflict"])
            }
            state.published = published ?? state.published
            state.last = try Int64.fetchOne(database, sql: "SELECT max(sequence) FROM record") ?? 0
            state.oldestWaiting = try String.fetchOne(
                database,
                sql: """
                    SELECT coalesce(json_extract(body, '$.endedAt'), json_extract(body, '$.startedAt'))
                    FROM record WHERE sequence = ?
                    """, arguments: [state.published + 1])
            return state
        }
    }
}
