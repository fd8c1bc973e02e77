// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import GRDB
package import ProductionJobs

/// Looks units up.
package struct UnitSearch: Sendable {
    let database: ProductionDatabase

    package init(database: ProductionDatabase) { self.database = database }

    /// What to look for; everything that is given must hold.
    package struct Query: Hashable, Sendable {
        package var batch: String?
        package var slot: String?
        package var verdict: Verdict?
        /// A serial number, a scanned field, or the unit itself.
        package var text: String?
        /// Entries of the chain before this one, for the next page.
        package var before: Int64?
        /// At most 1000.
        package var limit = 100

        package init() {}
    }

    /// The newest first.
    package func units(_ query: Query = Query()) throws(StoreError) -> [UnitRecord] {
        try database.read { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT opened.sequence, opened.body AS opening, closed.body AS closing
                    FROM record AS opened JOIN unit USING (unit)
                    LEFT JOIN record AS closed ON closed.unit = opened.unit AND closed.kind = 'closed'
                    WHERE opened.kind = 'opened' AND (?1 IS NULL OR unit.batch = ?1)
                    AND (?2 IS NULL OR unit.slot = ?2) AND (?3 IS NULL OR unit.verdict = ?3)
                    AND (?4 IS NULL OR unit.unit = ?4
                        OR unit.unit IN (SELECT unit FROM allocation WHERE value = ?4)
                        OR unit.unit IN (SELECT unit FROM scanned WHERE value = ?4))
                    AND (?5 IS NULL OR opened.sequence < ?5)
                    ORDER BY opened.sequence DESC LIMIT ?6
                    """,
                arguments: [
                    query.batch, query.slot, query.verdict?.rawValue, query.text, query.before,
                    min(max(1, query.limit), 1000),
                ])
            return try rows.map(UnitRecord.init)
        }
    }

    package func unit(_ name: String) throws(StoreError) -> UnitRecord {
        var query = Query()
        query.text = name
        let found = try units(query).first { $0.opening.unit == name }
        guard let found else { throw .unknownUnit(name) }
        return found
    }

    /// Goes over all units in the order of their records, a page at a time, so that any number fits in memory.
    package func forEach(
        batch: String? = nil, _ body: (UnitRecord) throws(StoreError) -> Void
    ) throws(StoreError) {
        var after: Int64 = 0
        while true {
            let page = try page(batch: batch, after: after)
            guard let last = page.last else { return }
            for unit in page { try body(unit) }
            after = last.sequence
        }
    }

    /// At most 500 units behind an entry of the chain.
    package func page(batch: String?, after sequence: Int64) throws(StoreError) -> [UnitRecord] {
        try database.read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT opened.sequence, opened.body AS opening, closed.body AS closing
                    FROM record AS opened JOIN unit USING (unit)
                    LEFT JOIN record AS closed ON closed.unit = opened.unit AND closed.kind = 'closed'
                    WHERE opened.kind = 'opened' AND (?1 IS NULL OR unit.batch = ?1) AND opened.sequence > ?2
                    ORDER BY opened.sequence LIMIT 500
                    """,
                arguments: [batch, sequence]
            ).map(UnitRecord.init)
        }
    }

    /// Units by verdict, and those in work.
    package func counts(batch: String? = nil) throws(StoreError) -> [String: Int] {
        try database.read { database in
            var counts: [String: Int] = [:]
            for row in try Row.fetchAll(
                database,
                sql: """
                    SELECT coalesce(verdict, 'running') AS verdict, count(*) AS number FROM unit
                    WHERE ?1 IS NULL OR batch = ?1 GROUP BY 1
                    """,
                arguments: [batch])
            {
                counts[row["verdict"]] = row["number"]
            }
            return counts
        }
    }
}

extension UnitRecord {
    fileprivate init(row: Row) throws {
        let decoder = JSONDecoder()
        let opening: String = row["opening"], closing: String? = row["closing"]
        do {
            self.init(
                opening: try decoder.decode(UnitOpening.self, from: Data(opening.utf8)),
                closing: try closing.map { try decoder.decode(UnitClosing.self, from: Data($0.utf8)) },
                sequence: row["sequence"])
        } catch {
            throw StoreError.corrupt(
                path: "record \(row["sequence"] as Int64)", detail: "its text is no unit's")
        }
    }
}
