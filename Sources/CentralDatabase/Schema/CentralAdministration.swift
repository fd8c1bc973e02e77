// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import ProductionJobs

/// What the owner of the central database does with it.
extension PostgresCentral {
    /// Makes the tables, or brings them to this program's version; returns the version before, and that of now.
    ///
    /// Two that do it at the same time: one waits for the other.
    package func migrate() throws(CentralError) -> (before: Int, now: Int) {
        let encoding = try ask("SHOW server_encoding", needsSchema: false).text(0, 0) ?? ""
        guard encoding == "UTF8" else { throw .wrongEncoding(encoding) }
        // One lock for all that migrate; any number that is always the same.
        try run("SELECT pg_advisory_lock(\(Self.lock))")
        defer { close() }
        let exists =
            try ask(
                "SELECT to_regclass('extflash.migration') IS NOT NULL", needsSchema: false
            ).text(0, 0) == "t"
        if !exists { try run("BEGIN; \(CentralSchema.foundation) COMMIT;") }
        let before = try schemaVersion()
        let now = CentralSchema.version
        guard before <= now else { throw .newerSchema(found: before, known: now) }
        for version in before..<now {
            try run(
                """
                BEGIN;
                \(CentralSchema.migrations[version])
                INSERT INTO extflash.migration (version) VALUES (\(version + 1));
                REVOKE ALL ON ALL FUNCTIONS IN SCHEMA extflash FROM PUBLIC;
                COMMIT;
                """)
        }
        return (before, now)
    }

    private static let lock = 0x6578_7466

    package func schemaVersion() throws(CentralError) -> Int {
        Int(clamping: try ask("SELECT extflash.schema_version()", needsSchema: false).number(0, 0) ?? 0)
    }

    /// Lets a role work as a station: it may add through the functions, and read recipes and images.
    package func grant(to role: String) throws(CentralError) {
        // An identifier is no parameter; the server quotes it.
        guard let name = try ask("SELECT quote_ident($1)", [.text(role)]).text(0, 0) else {
            throw .badAnswer("role")
        }
        try run(
            """
            BEGIN;
            GRANT USAGE ON SCHEMA extflash TO \(name);
            GRANT SELECT ON extflash.recipe, extflash.image, extflash.image_piece TO \(name);
            GRANT EXECUTE ON FUNCTION extflash.schema_version, extflash.greet, extflash.publish, extflash.lease,
                extflash.account, extflash.push_recipe, extflash.push_piece, extflash.finish_image TO \(name);
            COMMIT;
            """)
    }

    /// Makes a pool that stations lease from, `block` values at a time; the same again changes only the block.
    package func createPool(_ name: String, _ pool: SerialPool, block: Int64) throws(CentralError) {
        guard case let (kind, first, step, last)? = pool.range, last <= UInt64(Int64.max) else {
            throw .poolDiffers(name)
        }
        _ = try ask(
            "SELECT extflash.create_pool($1, $2, $3, $4, $5, $6)",
            [
                .text(name), .text(kind), .number(Int64(first)), .number(Int64(clamping: step)),
                .number(Int64(last)),
                .number(block),
            ])
    }

    package func pools() throws(CentralError) -> [PoolAccount] {
        let rows = try ask(
            "SELECT name, total, given, held, returned, never_leased FROM extflash.pool_account ORDER BY name"
        )
        return (0..<rows.count).map { row in
            PoolAccount(
                name: rows.text(row, 0) ?? "", total: rows.number(row, 1) ?? 0,
                given: rows.number(row, 2) ?? 0,
                held: rows.number(row, 3) ?? 0, returned: rows.number(row, 4) ?? 0,
                neverLeased: rows.number(row, 5) ?? 0)
        }
    }
}

/// Where the values of a central pool are.
package struct PoolAccount: Hashable, Sendable {
    package let name: String
    package let total: Int64
    /// To units.
    package let given: Int64
    /// Leased, and not given yet as far as the stations have told.
    package let held: Int64
    /// Given back by stations, to be leased again.
    package let returned: Int64
    package let neverLeased: Int64
}

extension SerialPool {
    /// Nil for a list.
    fileprivate var range: (kind: String, first: UInt64, step: UInt64, last: UInt64)? {
        switch self {
        case .counter(let first, let step, let last): ("counter", first, step, last)
        case .addresses(let first, let step, let last): ("addresses", first, step, last)
        case .list, .table: nil
        }
    }
}
