// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import GRDB

extension ProductionDatabase {
    /// Every version of the schema, oldest first; what is here once is never changed.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 records") { try $0.execute(sql: recordTables) }
        migrator.registerMigration("1 serials") { try $0.execute(sql: serialTables) }
        migrator.registerMigration("1 recipes") { try $0.execute(sql: recipeTables) }
        migrator.registerMigration("1 jobs") { try $0.execute(sql: jobTables) }
        migrator.registerMigration("2 running jobs") {
            try $0.execute(sql: "CREATE INDEX job_running ON job (slot) WHERE state = 'running'")
        }
        migrator.registerMigration("2 microcontrollers") { try $0.execute(sql: microcontrollers) }
        migrator.registerMigration("2 central") { try $0.execute(sql: centralTables) }
        return migrator
    }

    /// The chain, and what is looked up in it: `unit` can be made from `record` at any time.
    private static let recordTables = """
        CREATE TABLE record (
            sequence INTEGER PRIMARY KEY CHECK (sequence > 0),
            kind TEXT NOT NULL CHECK (kind IN ('opened', 'closed')),
            unit TEXT NOT NULL, body TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL UNIQUE
        ) STRICT;
        CREATE UNIQUE INDEX record_unit ON record (unit, kind);
        CREATE TRIGGER record_stays BEFORE UPDATE ON record
            BEGIN SELECT RAISE(ABORT, 'records do not change'); END;
        CREATE TRIGGER record_remains BEFORE DELETE ON record
            BEGIN SELECT RAISE(ABORT, 'records are not deleted'); END;
        CREATE TABLE head (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            sequence INTEGER NOT NULL, hash TEXT NOT NULL, signature TEXT NOT NULL
        ) STRICT;
        CREATE TABLE unit (
            unit TEXT PRIMARY KEY, slot TEXT NOT NULL, recipe TEXT NOT NULL, batch TEXT,
            started TEXT NOT NULL, ended TEXT, verdict TEXT, code TEXT, identity TEXT, seconds REAL
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX unit_batch ON unit (batch, started);
        CREATE INDEX unit_open ON unit (unit) WHERE verdict IS NULL;
        CREATE INDEX unit_identity ON unit (identity, verdict);
        """

    /// Which microcontroller a unit has, to find a board that comes again without a scanned serial.
    private static let microcontrollers = """
        ALTER TABLE unit ADD COLUMN microcontroller TEXT;
        CREATE INDEX unit_microcontroller ON unit (microcontroller) WHERE microcontroller IS NOT NULL;
        """

    private static let serialTables = """
        CREATE TABLE pool (
            name TEXT PRIMARY KEY, kind TEXT NOT NULL, first INTEGER NOT NULL, step INTEGER NOT NULL,
            last INTEGER NOT NULL, next INTEGER NOT NULL DEFAULT 0
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE pool_line (
            pool TEXT NOT NULL REFERENCES pool (name), position INTEGER NOT NULL, text TEXT NOT NULL,
            PRIMARY KEY (pool, position), UNIQUE (pool, text)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE allocation (
            pool TEXT NOT NULL REFERENCES pool (name), position INTEGER NOT NULL, value TEXT NOT NULL,
            unit TEXT NOT NULL, state TEXT NOT NULL CHECK (state IN ('reserved', 'used', 'burnt')),
            PRIMARY KEY (pool, position), UNIQUE (pool, value)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX allocation_unit ON allocation (unit);
        CREATE TABLE scanned (
            field TEXT NOT NULL, value TEXT NOT NULL, unit TEXT NOT NULL, PRIMARY KEY (field, value, unit)
        ) STRICT, WITHOUT ROWID;
        """

    private static let recipeTables = """
        CREATE TABLE recipe (
            hash TEXT PRIMARY KEY, name TEXT NOT NULL, text TEXT NOT NULL, stored TEXT NOT NULL,
            approved TEXT, approver TEXT, retired TEXT
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX recipe_name ON recipe (name, stored);
        CREATE TABLE image (
            hash TEXT PRIMARY KEY, name TEXT NOT NULL, size INTEGER NOT NULL, stored TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE batch (
            name TEXT PRIMARY KEY, recipe TEXT NOT NULL, work_order TEXT, unit_limit INTEGER,
            opened TEXT NOT NULL, closed TEXT
        ) STRICT, WITHOUT ROWID;
        """

    private static let jobTables = """
        CREATE TABLE job (
            id INTEGER PRIMARY KEY AUTOINCREMENT, slot TEXT NOT NULL, state TEXT NOT NULL
                CHECK (state IN ('queued', 'running', 'done', 'cancelled', 'interrupted')),
            request TEXT NOT NULL, unit TEXT, created TEXT NOT NULL, ended TEXT, key TEXT UNIQUE
        ) STRICT;
        CREATE INDEX job_waiting ON job (slot, id) WHERE state = 'queued';
        CREATE TABLE hook (
            unit TEXT PRIMARY KEY, attempts INTEGER NOT NULL DEFAULT 0, due INTEGER NOT NULL, detail TEXT
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE event (
            id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, body TEXT NOT NULL
        ) STRICT;
        CREATE TABLE token (
            name TEXT PRIMARY KEY, role TEXT NOT NULL, hash TEXT NOT NULL UNIQUE, created TEXT NOT NULL,
            revoked TEXT
        ) STRICT, WITHOUT ROWID;
        """

    /// How far the central database has the records, and what of its serial numbers is this station's.
    private static let centralTables = """
        CREATE TABLE central (
            id INTEGER PRIMARY KEY CHECK (id = 1), name TEXT, published INTEGER NOT NULL DEFAULT 0, conflict TEXT
        ) STRICT;
        ALTER TABLE pool ADD COLUMN leased INTEGER NOT NULL DEFAULT 0;
        CREATE TABLE lease (
            request TEXT NOT NULL UNIQUE, pool TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('asked', 'open', 'used', 'returning', 'returned')),
            position INTEGER, count INTEGER, block INTEGER, next INTEGER,
            reported INTEGER NOT NULL DEFAULT 0,
            CHECK (state = 'asked' OR (position >= 0 AND count > 0 AND next BETWEEN position AND position + count))
        ) STRICT;
        CREATE INDEX lease_pool ON lease (pool, state);
        """
}
