// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Crypto
import Essentials
import Foundation
import GRDB
import ProductionJobs

/// What a token lets its holder do; each role may do what those below it may.
package enum Role: String, CaseIterable, Codable, Comparable, Sendable {
    /// Looks.
    case reader
    /// Starts and cancels units.
    case operate = "operator"
    /// Recipes, images, batches, pools, tokens.
    case engineer

    package static func < (left: Role, right: Role) -> Bool { left.rank < right.rank }
    private var rank: Int {
        switch self {
        case .reader: 0
        case .operate: 1
        case .engineer: 2
        }
    }
}

/// Who may use the station over the network: tokens are kept as hashes and can be revoked.
package struct TokenStore: Sendable {
    let database: ProductionDatabase

    package init(database: ProductionDatabase) { self.database = database }

    /// Makes a token of 256 random bits and returns it; it is shown this once.
    package func create(_ name: String, role: Role, at time: String) throws(StoreError) -> String {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        let token = "xf_" + Self.text(of: bytes)
        try database.write { database in
            try database.execute(
                sql: """
                    INSERT INTO token (name, role, hash, created) VALUES (?, ?, ?, ?) ON CONFLICT (name) DO NOTHING
                    """,
                arguments: [name, role.rawValue, Self.hash(token), time])
            guard database.changesCount == 1 else { throw StoreError.tokenExists(name) }
        }
        return token
    }

    package func revoke(_ name: String, at time: String) throws(StoreError) {
        try database.write { database in
            try database.execute(
                sql: "UPDATE token SET revoked = ? WHERE name = ? AND revoked IS NULL",
                arguments: [time, name])
            guard database.changesCount == 1 else { throw StoreError.unknownToken(name) }
        }
    }

    /// Who holds `token`; nothing for one that is unknown or revoked.
    ///
    /// Compared with the hash of every token, each to its end: how long that takes tells nothing of any.
    package func holder(of token: String) throws(StoreError) -> TokenHolder? {
        guard token.utf8.count <= 256 else { return nil }
        return try database.read { database in
            let wanted = Self.hash(token)
            var found: TokenHolder?
            let rows = try Row.fetchCursor(
                database, sql: "SELECT name, role, hash FROM token WHERE revoked IS NULL")
            while let row = try rows.next() {
                guard Self.isSame(row["hash"], wanted), let role = Role(rawValue: row["role"]) else {
                    continue
                }
                found = TokenHolder(name: row["name"], role: role)
            }
            return found
        }
    }

    /// In a time that depends on lengths alone.
    private static func isSame(_ left: String, _ right: String) -> Bool {
        guard left.utf8.count == right.utf8.count else { return false }
        return zip(left.utf8, right.utf8).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }

    package func all() throws(StoreError) -> [StoredToken] {
        try database.read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM token ORDER BY name").map {
                StoredToken(
                    name: $0["name"], role: $0["role"], created: $0["created"], revoked: $0["revoked"])
            }
        }
    }

    private static func hash(_ token: String) -> String { ContentHash(of: Array(token.utf8)).description }

    private static func text(of bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().filter { $0 != "=" }
            .replacing("+", with: "-").replacing("/", with: "_")
    }
}

package struct TokenHolder: Hashable, Sendable {
    package let name: String
    package let role: Role

    package init(name: String, role: Role) { (self.name, self.role) = (name, role) }
}

/// A token as it is listed: never the token itself.
package struct StoredToken: Hashable, Codable, Sendable {
    package let name: String
    package let role: String
    package let created: String
    package let revoked: String?
}
