// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import GRDB

/// Units whose hook is still to be told what became of them; kept until it took them.
package struct HookOutbox: Sendable {
    let database: ProductionDatabase

    package init(database: ProductionDatabase) { self.database = database }

    package struct Entry: Hashable, Sendable {
        package let unit: String
        package let attempts: Int
    }

    /// In the transaction that closes the unit's record.
    static func add(_ unit: String, due: Int64, in database: Database) throws {
        try database.execute(
            sql: "INSERT INTO hook (unit, due) VALUES (?, ?) ON CONFLICT DO NOTHING", arguments: [unit, due])
    }

    /// Those whose time has come (seconds since 1970), the oldest first.
    package func due(at time: Int64, limit: Int = 16) throws(StoreError) -> [Entry] {
        try database.read { database in
            try Row.fetchAll(
                database, sql: "SELECT unit, attempts FROM hook WHERE due <= ? ORDER BY due LIMIT ?",
                arguments: [time, limit]
            ).map { Entry(unit: $0["unit"], attempts: $0["attempts"]) }
        }
    }

    package func done(_ unit: String) throws(StoreError) {
        try database.write { try $0.execute(sql: "DELETE FROM hook WHERE unit = ?", arguments: [unit]) }
    }

    package func failed(_ unit: String, detail: String, due: Int64) throws(StoreError) {
        try database.write {
            try $0.execute(
                sql: "UPDATE hook SET attempts = attempts + 1, due = ?, detail = ? WHERE unit = ?",
                arguments: [due, detail, unit])
        }
    }

    package func count() throws(StoreError) -> Int {
        try database.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM hook") } ?? 0
    }
}
