// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import GRDB

/// How units ended, and how long they took.
package struct UnitYield: Codable, Hashable, Sendable {
    /// Units by verdict; those in work are `running`.
    package struct Counts: Codable, Hashable, Sendable {
        /// A slot's name, or the hour in which the units began: `2026-01-31T12`.
        package let of: String
        package let units: [String: Int]
    }
    /// One good unit.
    package struct Time: Codable, Hashable, Sendable {
        package let unit: String
        package let slot: String
        package let started: String
        /// Of its phases together.
        package let seconds: Double
    }
    package let slots: [Counts]
    /// The last 48 in which units began, oldest first.
    package let hours: [Counts]
    /// The last 500, oldest first.
    package let times: [Time]
}

extension UnitSearch {
    /// Of a batch, or of all units.
    package func yield(batch: String?) throws(StoreError) -> UnitYield {
        try database.read { database in
            let slots = try Self.counts(
                database,
                """
                SELECT slot AS name, coalesce(verdict, 'running') AS verdict, count(*) AS number FROM unit
                WHERE ?1 IS NULL OR batch = ?1 GROUP BY 1, 2
                """, batch)
            let hours = try Self.counts(
                database,
                """
                WITH hour AS (SELECT DISTINCT substr(started, 1, 13) AS name FROM unit
                    WHERE ?1 IS NULL OR batch = ?1 ORDER BY 1 DESC LIMIT 48)
                SELECT hour.name AS name, coalesce(verdict, 'running') AS verdict, count(*) AS number
                FROM unit JOIN hour ON hour.name = substr(unit.started, 1, 13)
                WHERE ?1 IS NULL OR batch = ?1 GROUP BY 1, 2
                """, batch)
            let times = try Row.fetchAll(
                database,
                sql: """
                    SELECT unit, slot, started, seconds FROM unit
                    WHERE verdict = 'good' AND seconds IS NOT NULL AND (?1 IS NULL OR batch = ?1)
                    ORDER BY started DESC, unit DESC LIMIT 500
                    """, arguments: [batch]
            ).map {
                UnitYield.Time(
                    unit: $0["unit"], slot: $0["slot"], started: $0["started"], seconds: $0["seconds"])
            }
            return UnitYield(slots: slots, hours: hours, times: times.reversed())
        }
    }

    private static func counts(
        _ database: Database, _ sql: String, _ batch: String?
    ) throws -> [UnitYield.Counts] {
        var units: [String: [String: Int]] = [:]
        for row in try Row.fetchAll(database, sql: sql, arguments: [batch]) {
            units[row["name"], default: [:]][row["verdict"]] = row["number"]
        }
        return units.sorted { $0.key < $1.key }.map { UnitYield.Counts(of: $0.key, units: $0.value) }
    }
}
