// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import GRDB
package import ProductionJobs

/// Serial numbers that the central database has leased to this station.
///
/// A request is on the disk before it is sent, so that one whose answer was lost is made again and not another.
package struct LeaseBook: Sendable {
    let database: ProductionDatabase

    package init(database: ProductionDatabase) { self.database = database }

    /// Values of a pool that are leased and not given yet, and the size of its last lease.
    package func left(of pool: String) throws(StoreError) -> (values: Int64, block: Int64) {
        try database.read { try Self.left(of: pool, in: $0) }
    }

    static func left(of pool: String, in database: Database) throws -> (values: Int64, block: Int64) {
        let row = try Row.fetchOne(
            database,
            sql: """
                SELECT coalesce(sum(position + count - next) FILTER (WHERE state = 'open'), 0) AS left_over,
                    coalesce(max(block), 0) AS block FROM lease WHERE pool = ?
                """, arguments: [pool])
        return (row?["left_over"] ?? 0, row?["block"] ?? 0)
    }

    /// The request for a further lease that is to be sent: one that was not answered yet, or a new one.
    package func request(for pool: String, new name: String) throws(StoreError) -> String {
        try database.write { database in
            if let waiting = try String.fetchOne(
                database, sql: "SELECT request FROM lease WHERE pool = ? AND state = 'asked'",
                arguments: [pool])
            {
                return waiting
            }
            try database.execute(
                sql: "INSERT INTO lease (request, pool, state) VALUES (?, ?, 'asked')",
                arguments: [name, pool])
            return name
        }
    }

    /// Keeps a lease; with the first one the pool comes to be.
    package func keep(_ lease: SerialLease, of name: String) throws(StoreError) {
        try database.write { database in
            try SerialLedger.adopt(name, lease.pool, in: database)
            try database.execute(
                sql: """
                    UPDATE lease SET state = 'open', position = ?1, count = ?2, next = ?1, block = ?3
                    WHERE request = ?4 AND state = 'asked'
                    """,
                arguments: [
                    lease.positions.lowerBound, Int64(lease.positions.count), lease.block, lease.request,
                ])
        }
    }

    /// Gives the rest of every lease of a pool up, and returns how many values that were.
    ///
    /// None of them is given from now on.
    package func release(_ pool: String) throws(StoreError) -> Int64 {
        try database.write { database in
            let left =
                try Int64.fetchOne(
                    database,
                    sql:
                        "SELECT coalesce(sum(position + count - next), 0) FROM lease WHERE pool = ? AND state = 'open'",
                    arguments: [pool]) ?? 0
            try database.execute(
                sql: "UPDATE lease SET state = 'returning' WHERE pool = ? AND state = 'open'",
                arguments: [pool])
            return left
        }
    }

    /// Leases of which the database does not know the newest; with `all`, every one that is not returned.
    package func accounts(all: Bool = false) throws(StoreError) -> [LeaseAccount] {
        try database.read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM lease WHERE state IN ('open', 'returning')
                    AND (?1 OR state = 'returning' OR next - position <> reported) ORDER BY pool, position LIMIT 1000
                    """, arguments: [all]
            ).map { row in
                let position: Int64 = row["position"], next: Int64 = row["next"]
                return LeaseAccount(
                    request: row["request"], pool: row["pool"], position: position, count: row["count"],
                    given: next - position, isReturned: row["state"] == "returning")
            }
        }
    }

    /// Notes that the database knows it; a lease that was given to its end, and one that is returned, are done.
    package func note(accounted: [LeaseAccount]) throws(StoreError) {
        guard !accounted.isEmpty else { return }
        try database.write { database in
            for account in accounted {
                let end = account.isReturned ? "returned" : account.given == account.count ? "used" : "open"
                try database.execute(
                    sql: """
                        UPDATE lease SET reported = ?1,
                            state = CASE WHEN state = 'open' AND ?2 = 'returned' THEN state ELSE ?2 END
                        WHERE request = ?3 AND state = ?4
                        """,
                    arguments: [
                        account.given, end, account.request, account.isReturned ? "returning" : "open",
                    ])
            }
        }
    }

    /// Takes the next leased value, in the caller's transaction.
    static func next(_ pool: String, in database: Database) throws -> Int64 {
        if let conflict = try String.fetchOne(database, sql: "SELECT conflict FROM central") {
            throw StoreError.leasesSuspended(pool, detail: conflict)
        }
        guard
            let row = try Row.fetchOne(
                database,
                sql: """
                    SELECT request, next FROM lease WHERE pool = ? AND state = 'open' AND next < position + count
                    ORDER BY rowid LIMIT 1
                    """, arguments: [pool])
        else { throw StoreError.leaseUsedUp(pool) }
        try database.execute(
            sql: "UPDATE lease SET next = next + 1 WHERE request = ?", arguments: [row["request"] as String])
        return row["next"]
    }

    /// Whether a pool is, or is to be, leased.
    static func knows(_ pool: String, in database: Database) throws -> Bool {
        try Bool.fetchOne(
            database, sql: "SELECT EXISTS (SELECT * FROM lease WHERE pool = ?)", arguments: [pool]) ?? false
    }
}
