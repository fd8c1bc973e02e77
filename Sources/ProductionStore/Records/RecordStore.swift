// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import GRDB
package import ProductionJobs

/// The station's records: opened before a unit's first byte is flashed, closed after it, never changed.
package struct RecordStore: Sendable {
    let database: ProductionDatabase
    let key: StationKey
    /// Holds the newest head beside the database, so that a database put back from yesterday is noticed.
    let keptHead: KeptHead

    package init(database: ProductionDatabase, key: StationKey, headPath: String) {
        (self.database, self.key, keptHead) = (database, key, KeptHead(path: headPath))
    }

    /// Writes what is known of a unit, with the serial numbers it is given.
    ///
    /// Reserves the next value of every pool in the same transaction: either the unit has its numbers and its record,
    /// or neither. What is returned carries the numbers.
    package func open(
        _ opening: UnitOpening, pools: [String], guards: UnitGuards = UnitGuards()
    ) throws(StoreError) -> OpenUnit {
        // No unit begins while the end of its records cannot be kept.
        try keptHead.retry()
        return try database.write { database in
            try guards.check(opening, in: database)
            var opening = opening
            opening.attempt = try guards.attempt(of: opening, in: database)
            if let batch = opening.batch, opening.workOrder == nil {
                opening.workOrder = try String.fetchOne(
                    database, sql: "SELECT work_order FROM batch WHERE name = ?", arguments: [batch])
            }
            var values: [String: SerialValue] = [:]
            for pool in pools {
                let given = try SerialLedger.reserve(pool, for: opening.unit, in: database)
                values.merge(given) { _, new in new }
                opening.serials.merge(given.mapValues(\.text)) { _, new in new }
            }
            for (field, value) in opening.fields {
                try database.execute(
                    sql: "INSERT INTO scanned (field, value, unit) VALUES (?, ?, ?)",
                    arguments: [field, value, opening.unit])
            }
            try database.execute(
                sql: """
                    INSERT INTO unit (unit, slot, recipe, batch, started, identity, microcontroller)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    opening.unit, opening.slot, opening.recipe.hash, opening.batch, opening.startedAt,
                    guards.identity(of: opening), opening.microcontroller,
                ])
            try append(.opened, opening.unit, try Self.text(of: opening), to: database)
            return OpenUnit(opening: opening, values: values)
        }
    }

    /// Writes what became of a unit: good uses its serial numbers, everything that touched the flash burns them.
    ///
    /// With `hookDue` (seconds since 1970) the line's own system is to be told from then on; either both are kept or
    /// neither.
    package func close(_ closing: UnitClosing, hookDue: Int64? = nil) throws(StoreError) {
        try database.write { database in
            try close(closing, in: database)
            if let hookDue { try HookOutbox.add(closing.unit, due: hookDue, in: database) }
        }
    }

    /// Units that were opened and never closed, the oldest first.
    package func openUnits() throws(StoreError) -> [String] {
        try database.read {
            try String.fetchAll($0, sql: "SELECT unit FROM unit WHERE verdict IS NULL ORDER BY started, unit")
        }
    }

    /// Whether there is a record of a unit.
    package func holds(_ unit: String) throws(StoreError) -> Bool {
        try database.read {
            try Bool.fetchOne(
                $0, sql: "SELECT EXISTS (SELECT * FROM unit WHERE unit = ?)", arguments: [unit])
        } ?? false
    }

    private func close(_ closing: UnitClosing, in database: Database) throws {
        guard
            let row = try Row.fetchOne(
                database, sql: "SELECT verdict FROM unit WHERE unit = ?", arguments: [closing.unit])
        else { throw StoreError.unknownUnit(closing.unit) }
        guard row.text("verdict") == nil else { throw StoreError.unitClosed(closing.unit) }
        try SerialLedger.settle(closing, in: database)
        try database.execute(
            sql: "UPDATE unit SET ended = ?, verdict = ?, code = ?, seconds = ? WHERE unit = ?",
            arguments: [
                closing.endedAt, closing.verdict.rawValue, closing.error?.code,
                closing.phases.reduce(0) { $0 + $1.seconds }, closing.unit,
            ])
        try append(.closed, closing.unit, try Self.text(of: closing), to: database)
    }

    private func append(
        _ kind: RecordEntry.Kind, _ unit: String, _ body: String, to database: Database
    ) throws {
        let last = try RecordEntry.fetchLast(database)
        let entry = RecordEntry(following: last, kind: kind, unit: unit, body: body)
        try entry.insert(database)
        let head = RecordHead(sequence: entry.sequence, hash: entry.hash)
        let signature = try key.signature(for: head)
        try database.execute(
            sql: """
                INSERT INTO head (id, sequence, hash, signature) VALUES (1, ?, ?, ?) ON CONFLICT (id)
                DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash, signature = excluded.signature
                """,
            arguments: [head.sequence, head.hash.description, signature])
        // In the order of the transactions: the next one waits for this.
        database.afterNextTransaction { [keptHead] _ in keptHead.keep(head, signature: signature) }
    }

    /// Keys in order, so that equal records have equal text.
    static func text(of value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}

/// A unit in work: its record, and the values it was given by pool.
package struct OpenUnit: Hashable, Sendable {
    package let opening: UnitOpening
    package let values: [String: SerialValue]
}
