// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import GRDB
package import ProductionJobs

/// A number of units that belong together: one recipe, one order.
package struct Batch: Hashable, Codable, Sendable {
    package var name: String
    /// Hash of the recipe that was meant when it was opened.
    package var recipe: String
    package var workOrder: String?
    /// Good units, and units in work, at most.
    package var limit: Int?
    package var opened: String
    package var closed: String?

    package init(name: String, recipe: ContentHash, workOrder: String?, limit: Int?, opened: String) {
        (self.name, self.recipe) = (name, recipe.description)
        (self.workOrder, self.limit, self.opened) = (workOrder, limit, opened)
    }

    fileprivate init(row: Row) {
        (name, recipe, workOrder) = (row["name"], row["recipe"], row["work_order"])
        (limit, opened, closed) = (row["unit_limit"], row["opened"], row["closed"])
    }
}

package struct BatchStore: Sendable {
    let database: ProductionDatabase

    package init(database: ProductionDatabase) { self.database = database }

    package func open(_ batch: Batch) throws(StoreError) {
        try database.write { database in
            try database.execute(
                sql: """
                    INSERT INTO batch (name, recipe, work_order, unit_limit, opened) VALUES (?, ?, ?, ?, ?)
                    ON CONFLICT DO NOTHING
                    """,
                arguments: [batch.name, batch.recipe, batch.workOrder, batch.limit, batch.opened])
            guard database.changesCount == 1 else { throw StoreError.batchExists(batch.name) }
        }
    }

    package func close(_ name: String, at time: String) throws(StoreError) {
        try database.write { database in
            guard let batch = try Self.batch(name, database) else { throw StoreError.unknownBatch(name) }
            guard batch.closed == nil else { throw StoreError.batchClosed(name) }
            try database.execute(
                sql: "UPDATE batch SET closed = ? WHERE name = ?", arguments: [time, name])
        }
    }

    package func batch(_ name: String) throws(StoreError) -> Batch {
        guard let batch = try database.read({ try Self.batch(name, $0) }) else { throw .unknownBatch(name) }
        return batch
    }

    /// The newest first; at most `limit`.
    package func all(limit: Int = 1000) throws(StoreError) -> [Batch] {
        try database.read { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM batch ORDER BY opened DESC, name LIMIT ?", arguments: [limit]
            ).map(Batch.init)
        }
    }

    private static func batch(_ name: String, _ database: Database) throws -> Batch? {
        try Row.fetchOne(database, sql: "SELECT * FROM batch WHERE name = ?", arguments: [name]).map(
            Batch.init)
    }
}
