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
            for (position, line) in Self.lines(of: pool) {
                try database.execute(
                    sql: "INSERT INTO pool_line (pool, position, text) VALUES (?, ?, ?)",
                    arguments: [name, position, line])
            }
        }
    }

    /// Every pool, by name; at most `limit`.
    package func all(limit: Int = 10_000) throws(StoreError) -> [PoolState] {
        try database.read { database in
            try String.fetchAll(
                database, sql: "SELECT name FROM pool ORDER BY name LIMIT ?", arguments: [limit]
            )
            .map { try Self.state(of: $0, in: database) }
        }
    }

    /// How many values of a pool were given, and how many are left.
    package func state(of name: String) throws(StoreError) -> PoolState {
        try database.read { try Self.state(of: name, in: $0) }
    }

    private static func state(of name: String, in database: Database) throws -> PoolState {
        guard let pool = try Self.pool(name, in: database) else { throw StoreError.unknownPool(name) }
        let left =
            try Self.isLeased(name, in: database)
            ? try LeaseBook.left(of: name, in: database).values
            : try Int64.fetchOne(database, sql: "SELECT next FROM pool WHERE name = ?", arguments: [name])
                .map { Int64(clamping: pool.count) - $0 }
        var counts: [String: Int] = [:]
        for row in try Row.fetchAll(
            database,
            sql: "SELECT state, count(*) AS number FROM allocation WHERE pool = ? GROUP BY state",
            arguments: [name])
        {
            counts[row["state"]] = row["number"]
        }
        return PoolState(
            name: name, left: UInt64(clamping: left ?? 0), reserved: counts["reserved"] ?? 0,
            used: counts["used"] ?? 0, burnt: counts["burnt"] ?? 0)
    }

    /// What is kept line by line; the names of a table's columns stand before its rows.
    private static func lines(of pool: SerialPool) -> [(position: Int, text: String)] {
        switch pool {
        case .counter, .addresses: []
        case .list(let lines): lines.enumerated().map { ($0.offset, $0.element) }
        case .table(let table):
            ([table.columns] + table.rows).enumerated().map { ($0.offset - 1, SerialTable.line($0.element)) }
        }
    }

    /// Takes the next value for `unit`, in the caller's transaction: one by the pool's name, and one for each column.
    static func reserve(
        _ name: String, for unit: String, in database: Database
    ) throws -> [String: SerialValue] {
        guard let pool = try pool(name, in: database) else {
            // One that is to be leased comes with its first lease.
            throw try LeaseBook.knows(name, in: database)
                ? StoreError.leaseUsedUp(name) : StoreError.unknownPool(name)
        }
        let next =
            try isLeased(name, in: database)
            ? LeaseBook.next(name, in: database) : ownNext(name, in: database)
        guard let values = pool.values(at: UInt64(clamping: next), named: name), let value = values[name]
        else { throw StoreError.poolExhausted(name) }
        try database.execute(
            sql:
                "INSERT INTO allocation (pool, position, value, unit, state) VALUES (?, ?, ?, ?, 'reserved')",
            arguments: [name, next, value.text, unit])
        return values
    }

    private static func ownNext(_ name: String, in database: Database) throws -> Int64 {
        let next =
            try Int64.fetchOne(database, sql: "SELECT next FROM pool WHERE name = ?", arguments: [name]) ?? 0
        try database.execute(sql: "UPDATE pool SET next = next + 1 WHERE name = ?", arguments: [name])
        return next
    }

    private static func isLeased(_ name: String, in database: Database) throws -> Bool {
        try Bool.fetchOne(database, sql: "SELECT leased FROM pool WHERE name = ?", arguments: [name]) ?? false
    }

    /// Makes a pool of the central database known here; its values come from leases alone.
    static func adopt(_ name: String, _ pool: SerialPool, in database: Database) throws {
        if let there = try Self.pool(name, in: database) {
            guard there == pool, try isLeased(name, in: database) else { throw StoreError.poolDiffers(name) }
            return
        }
        let (kind, first, step, last) = columns(of: pool)
        try database.execute(
            sql: "INSERT INTO pool (name, kind, first, step, last, leased) VALUES (?, ?, ?, ?, ?, 1)",
            arguments: [name, kind, first, step, last])
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
        case "table":
            let kept = try lines(name, in: database)
            do throws(SerialTable.Mistake) {
                return .table(try SerialTable(lines: kept))
            } catch {
                throw StoreError.corrupt(path: "pool \(name)", detail: "its rows are no table: \(error)")
            }
        default: return .list(try lines(name, in: database))
        }
    }

    private static func lines(_ name: String, in database: Database) throws -> [String] {
        try String.fetchAll(
            database, sql: "SELECT text FROM pool_line WHERE pool = ? ORDER BY position", arguments: [name])
    }

    private static func columns(of pool: SerialPool) -> (kind: String, first: Int64, step: Int64, last: Int64)
    {
        func stored(_ number: UInt64) -> Int64 { Int64(bitPattern: number) }
        return switch pool {
        case .counter(let start, let step, let last): ("counter", stored(start), stored(step), stored(last))
        case .addresses(let start, let step, let last):
            ("addresses", stored(start), stored(step), stored(last))
        case .list(let lines): ("list", 0, 1, Int64(lines.count))
        case .table(let table): ("table", 0, 1, Int64(table.rows.count))
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
