// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import GRDB
package import ProductionJobs

/// Serial numbers and addresses: each is reserved before it is used, then used or burnt, and never given again.
package struct SerialLedger: Sendable {
    let database: ProductionDatabase

    package init(database: ProductionDatabase) { self.database = database }

    /// Makes a pool; the same pool again changes nothing.
    package func create(_ name: String, _ pool: SerialPool) throws(StoreError) {
        try database.write { database in
            if let there = try Self.pool(name, in: database) {
                guard there == pool else { throw StoreError.poolDiffers(name) }
                return
            }
            let (kind, first, step, last) = Self.columns(of: pool)
            try database.execute(
                sql: "INSERT INTO pool (name, kind, first, step, last) VALUES (?, ?, ?, ?, ?)",
                arguments: [name, kind, first, step, last])
            guard case .list(let lines) = pool else { return }
            for (position, line) in lines.enumerated() {
                try database.execute(
                    sql: "INSERT INTO pool_line (pool, position, text) VALUES (?, ?, ?)",
                    arguments: [name, position, line])
            }
        }
    }

    /// How many values of a pool were given, and how many are left.
    package func state(of name: String) throws(StoreError) -> PoolState {
        try database.read { database in
            guard let pool = try Self.pool(name, in: database) else { throw StoreError.unknownPool(name) }
            let next = try Int64.fetchOne(
                database, sql: "SELECT next FROM pool WHERE name = ?", arguments: [name])
            var counts: [String: Int] = [:]
            for row in try Row.fetchAll(
                database,
                sql: "SELECT state, count(*) AS number FROM allocation WHERE pool = ? GROUP BY state",
                arguments: [name])
            {
                counts[row["state"]] = row["number"]
            }
            return PoolState(
                name: name, left: pool.count - UInt64(clamping: next ?? 0), reserved: counts["reserved"] ?? 0,
                used: counts["used"] ?? 0, burnt: counts["burnt"] ?? 0)
        }
    }

    /// Takes the next value for `unit`, in the caller's transaction.
    static func reserve(_ name: String, for unit: String, in database: Database) throws -> SerialValue {
        guard let pool = try pool(name, in: database) else { throw StoreError.unknownPool(name) }
        let next =
            try Int64.fetchOne(database, sql: "SELECT next FROM pool WHERE name = ?", arguments: [name]) ?? 0
        guard let value = pool.value(at: UInt64(clamping: next)) else { throw StoreError.poolExhausted(name) }
        try database.execute(sql: "UPDATE pool SET next = next + 1 WHERE name = ?", arguments: [name])
        try database.execute(
            sql:
                "INSERT INTO allocation (pool, position, value, unit, state) VALUES (?, ?, ?, ?, 'reserved')",
            arguments: [name, next, value.text, unit])
        return value
    }

    /// A good unit has its numbers; the numbers of every other one are burnt, because a part of them may be written.
    static func settle(_ closing: UnitClosing, in database: Database) throws {
        try database.execute(
            sql: "UPDATE allocation SET state = ? WHERE unit = ? AND state = 'reserved'",
            arguments: [closing.verdict == .good ? "used" : "burnt", closing.unit])
    }

    private static func pool(_ name: String, in database: Database) throws -> SerialPool? {
        guard
            let row = try Row.fetchOne(database, sql: "SELECT * FROM pool WHERE name = ?", arguments: [name])
        else { return nil }
        // SQLite's integers are signed; the bits are what was stored.
        let first = UInt64(bitPattern: row["first"]), step = UInt64(bitPattern: row["step"])
        let last = UInt64(bitPattern: row["last"])
        switch row["kind"] as String {
        case "counter": return .counter(start: first, step: step, last: last)
        case "addresses": return .addresses(start: first, step: step, last: last)
        default:
            return .list(
                try String.fetchAll(
                    database, sql: "SELECT text FROM pool_line WHERE pool = ? ORDER BY position",
                    arguments: [name]))
        }
    }

    private static func columns(of pool: SerialPool) -> (kind: String, first: Int64, step: Int64, last: Int64)
    {
        func stored(_ number: UInt64) -> Int64 { Int64(bitPattern: number) }
        return switch pool {
        case .counter(let start, let step, let last): ("counter", stored(start), stored(step), stored(last))
        case .addresses(let start, let step, let last):
            ("addresses", stored(start), stored(step), stored(last))
        case .list(let lines): ("list", 0, 1, Int64(lines.count))
        }
    }
}

package struct PoolState: Hashable, Codable, Sendable {
    package let name: String
    package let left: UInt64
    /// Given to units in work.
    package let reserved: Int
    package let used: Int
    /// Given to units that did not become good.
    package let burnt: Int
}
