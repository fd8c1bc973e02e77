// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import GRDB
import HardwareDescription
package import ProductionJobs

/// Every recipe that was ever given to the station, by the hash of its text.
package struct RecipeStore: Sendable {
    let database: ProductionDatabase

    package init(database: ProductionDatabase) { self.database = database }

    /// Keeps a recipe; one that is there already stays as it is, its approval too.
    package func add(_ recipe: RecipeText, at time: String) throws(StoreError) {
        try database.write { database in
            try database.execute(
                sql:
                    "INSERT INTO recipe (hash, name, text, stored) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                arguments: [recipe.hash.description, recipe.recipe.name, recipe.text, time])
        }
    }

    /// Lets units be programmed with it; the newest approved recipe of a name is the one that the name means.
    package func approve(_ hash: ContentHash, by person: String, at time: String) throws(StoreError) {
        try change(hash, "approved = ?, approver = ?, retired = NULL", [time, person])
    }

    /// Ends its use; what was programmed with it can still be looked up.
    package func retire(_ hash: ContentHash, at time: String) throws(StoreError) {
        try change(hash, "retired = ?", [time])
    }

    private func change(
        _ hash: ContentHash, _ assignment: String, _ values: StatementArguments
    ) throws(StoreError) {
        try database.write { database in
            try database.execute(
                sql: "UPDATE recipe SET \(assignment) WHERE hash = ?",
                arguments: values + [hash.description])
            guard database.changesCount == 1 else { throw StoreError.unknownRecipe(hash.short) }
        }
    }

    package func recipe(_ hash: ContentHash) throws(StoreError) -> StoredRecipe {
        let found = try database.read { database in
            try Row.fetchOne(
                database, sql: "SELECT * FROM recipe WHERE hash = ?", arguments: [hash.description]
            ).map(StoredRecipe.init)
        }
        guard let found else { throw .unknownRecipe(hash.short) }
        return found
    }

    /// The one that a name means: approved last, and not retired.
    package func approved(_ name: String) throws(StoreError) -> StoredRecipe {
        let (found, newest) = try database.read { database in
            let rows = try Row.fetchAll(
                database, sql: "SELECT * FROM recipe WHERE name = ? ORDER BY approved DESC, stored DESC",
                arguments: [name]
            ).map(StoredRecipe.init)
            return (rows.first { $0.isUsable }, rows.first)
        }
        if let found { return found }
        guard let newest else { throw .unknownRecipe(name) }
        throw .recipeNotApproved(name: name, hash: newest.hash)
    }

    /// By name, the newest first; at most `limit`.
    package func all(limit: Int = 1000) throws(StoreError) -> [StoredRecipe] {
        try database.read { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM recipe ORDER BY name, stored DESC LIMIT ?", arguments: [limit]
            ).map(StoredRecipe.init)
        }
    }
}

/// A recipe as it was given, and who let it be used.
package struct StoredRecipe: Hashable, Sendable {
    package let hash: ContentHash
    package let name: String
    package let text: String
    package let stored: String
    package let approved: String?
    package let approver: String?
    package let retired: String?

    package var isUsable: Bool { approved != nil && retired == nil }

    fileprivate init(row: Row) throws {
        let text: String = row["text"]
        hash = ContentHash(of: Array(text.utf8))
        guard hash.description == row.text("hash") else {
            throw StoreError.corrupt(path: "recipe", detail: "the text of \(hash.short) is another")
        }
        (name, self.text, stored) = (row["name"], text, row["stored"])
        (approved, approver, retired) = (row["approved"], row["approver"], row["retired"])
    }

    /// What the text says.
    package var recipe: Recipe {
        get throws(DefinitionError) { try RecipeText(text, file: "\(name).yaml").recipe }
    }
}
