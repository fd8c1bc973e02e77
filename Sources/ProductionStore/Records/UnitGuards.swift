// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import GRDB
package import ProductionJobs

/// What is held against earlier units before one is begun, in the same transaction.
package struct UnitGuards: Hashable, Sendable {
    /// The field that tells units apart: the scanned serial, or nil where none is scanned.
    package var identityField: String?
    package var refusesGoodUnits = true
    package var refusesRepeatedSerials = true
    /// Attempts for one unit.
    package var attempts: Int?

    package init(_ guards: Recipe.Guards = Recipe.Guards(), identityField: String? = nil) {
        self.identityField = identityField
        refusesGoodUnits = guards.refusesGoodUnits
        refusesRepeatedSerials = guards.refusesRepeatedSerials
        attempts = guards.attemptsPerUnit
    }

    func identity(of opening: UnitOpening) -> String? { identityField.flatMap { opening.fields[$0] } }

    func check(_ opening: UnitOpening, in database: Database) throws {
        try checkBatch(of: opening, in: database)
        try checkMicrocontroller(of: opening, in: database)
        guard let field = identityField, let value = opening.fields[field] else { return }
        let earlier = try Row.fetchAll(
            database, sql: "SELECT unit, verdict FROM unit WHERE identity = ? ORDER BY started, unit",
            arguments: [value])
        if refusesGoodUnits, let good = earlier.first(where: { $0.text("verdict") == Verdict.good.rawValue })
        {
            throw StoreError.unitGood(serial: value, unit: good["unit"])
        }
        // In work on another slot now: scanned twice. One that failed may come again.
        if refusesRepeatedSerials, let twin = earlier.first(where: { $0.text("verdict") == nil }) {
            throw StoreError.serialRepeated(pool: field, value: value, unit: twin["unit"])
        }
        let tried = earlier.filter { $0.text("verdict") == Verdict.failed.rawValue }.count
        if let attempts, tried >= attempts {
            throw StoreError.attemptsUsed(serial: value, attempts: tried)
        }
    }

    /// A board that this very recipe was proven on before, whatever serial was scanned for it now.
    ///
    /// Another recipe is another step of the line, or the next version of the product.
    private func checkMicrocontroller(of opening: UnitOpening, in database: Database) throws {
        guard refusesGoodUnits, let number = opening.microcontroller else { return }
        let good = try String.fetchOne(
            database,
            sql:
                "SELECT unit FROM unit WHERE microcontroller = ? AND recipe = ? AND verdict = 'good' LIMIT 1",
            arguments: [number, opening.recipe.hash])
        if let good {
            throw StoreError.unitGood(serial: "the board with microcontroller \(number)", unit: good)
        }
    }

    /// Which attempt at a board this is, from 1: by its scanned serial or its microcontroller.
    func attempt(of opening: UnitOpening, in database: Database) throws -> Int {
        let earlier = try Int.fetchOne(
            database,
            sql: """
                SELECT count(*) FROM unit WHERE verdict IN ('good', 'failed', 'interrupted', 'cancelled')
                AND (identity = ?1 OR microcontroller = ?2)
                """,
            arguments: [identity(of: opening), opening.microcontroller])
        return 1 + (earlier ?? 0)
    }

    private func checkBatch(of opening: UnitOpening, in database: Database) throws {
        guard let name = opening.batch else { return }
        guard
            let batch = try Row.fetchOne(
                database, sql: "SELECT unit_limit, closed FROM batch WHERE name = ?", arguments: [name])
        else { throw StoreError.unknownBatch(name) }
        guard batch.text("closed") == nil else { throw StoreError.batchClosed(name) }
        guard let limit = batch["unit_limit"] as Int? else { return }
        let taken =
            try Int.fetchOne(
                database,
                sql: "SELECT count(*) FROM unit WHERE batch = ? AND (verdict IS NULL OR verdict = 'good')",
                arguments: [name]) ?? 0
        guard taken < limit else { throw StoreError.batchFull(name: name, limit: limit) }
    }
}
