// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import GRDB

/// What happened at the station, numbered, so that a listener who was away can go on where it stopped.
package struct EventLog: Sendable {
    let database: ProductionDatabase
    /// Events that are kept.
    let capacity: Int

    package init(database: ProductionDatabase, capacity: Int = 10_000) {
        (self.database, self.capacity) = (database, capacity)
    }

    /// Keeps an event and returns its number; the oldest ones go.
    package func append(kind: String, body: String) throws(StoreError) -> Int64 {
        try database.write { database in
            try database.execute(
                sql: "INSERT INTO event (kind, body) VALUES (?, ?)", arguments: [kind, body])
            let id = database.lastInsertedRowID
            // Not at every event: deleting is a write too.
            if id.isMultiple(of: 256) {
                try database.execute(
                    sql: "DELETE FROM event WHERE id <= ?", arguments: [id - Int64(capacity)])
            }
            return id
        }
    }

    /// Those after `id`, the oldest first; at most `limit`.
    package func events(after id: Int64, limit: Int = 500) throws(StoreError) -> [StoredEvent] {
        try database.read { database in
            try Row.fetchAll(
                database, sql: "SELECT id, kind, body FROM event WHERE id > ? ORDER BY id LIMIT ?",
                arguments: [id, limit]
            ).map { StoredEvent(id: $0["id"], kind: $0["kind"], body: $0["body"]) }
        }
    }

    /// The number of the oldest that is kept; nil where there is none.
    package func first() throws(StoreError) -> Int64? {
        try database.read { try Int64.fetchOne($0, sql: "SELECT min(id) FROM event") }
    }

    package func last() throws(StoreError) -> Int64 {
        try database.read { try Int64.fetchOne($0, sql: "SELECT max(id) FROM event") } ?? 0
    }
}

package struct StoredEvent: Hashable, Sendable {
    package let id: Int64
    package let kind: String
    /// JSON.
    package let body: String

    package init(id: Int64, kind: String, body: String) { (self.id, self.kind, self.body) = (id, kind, body) }
}
