// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The tables of the central database, every version of them.
///
/// A database is brought from its version to this program's one step after the other, each in a transaction of its own.
package enum CentralSchema {
    /// What this program works with.
    package static var version: Int { migrations.count }

    /// The scripts, oldest first; what is here once is never changed.
    static let migrations = [tables + functions + serialFunctions + imageFunctions]

    /// Before the first: who may be here, and what has been done.
    static let foundation = """
        CREATE SCHEMA extflash;
        REVOKE ALL ON SCHEMA extflash FROM PUBLIC;
        CREATE TABLE extflash.migration (
            version integer PRIMARY KEY, applied timestamptz NOT NULL DEFAULT now()
        );
        CREATE FUNCTION extflash.schema_version() RETURNS integer LANGUAGE sql STABLE SECURITY DEFINER
            SET search_path = extflash, pg_temp
            AS 'SELECT coalesce(max(version), 0) FROM migration';
        """

    /// Records as they were written, with their hashes; `unit` and `identity` are made from them for searching.
    private static let tables = """
        CREATE TABLE extflash.central (
            id integer PRIMARY KEY CHECK (id = 1), name uuid NOT NULL DEFAULT gen_random_uuid()
        );
        INSERT INTO extflash.central (id) VALUES (1);
        CREATE TABLE extflash.station (
            name text PRIMARY KEY, public_key text NOT NULL,
            sequence bigint NOT NULL DEFAULT 0,
            hash bytea NOT NULL DEFAULT sha256('extflash records, version 1'),
            first_seen timestamptz NOT NULL DEFAULT now(), last_seen timestamptz NOT NULL DEFAULT now()
        );
        CREATE TABLE extflash.record (
            station text NOT NULL REFERENCES extflash.station, sequence bigint NOT NULL CHECK (sequence > 0),
            kind text NOT NULL CHECK (kind IN ('opened', 'closed')), unit text NOT NULL, body text NOT NULL,
            hash bytea NOT NULL CHECK (octet_length(hash) = 32), received timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (station, sequence)
        );
        CREATE TABLE extflash.signed_head (
            station text NOT NULL, sequence bigint NOT NULL, signature text NOT NULL,
            PRIMARY KEY (station, sequence), FOREIGN KEY (station, sequence) REFERENCES extflash.record
        );
        CREATE TABLE extflash.unit (
            station text NOT NULL, unit text NOT NULL, opened bigint NOT NULL, closed bigint,
            slot text, recipe text, batch text, work_order text, started timestamptz, ended timestamptz,
            verdict text, code text, PRIMARY KEY (station, unit)
        );
        CREATE INDEX unit_batch ON extflash.unit (batch, verdict) WHERE batch IS NOT NULL;
        CREATE INDEX unit_started ON extflash.unit USING brin (started);
        CREATE TABLE extflash.identity (
            value text NOT NULL, kind text NOT NULL CHECK (kind IN ('pool', 'field')), name text NOT NULL,
            station text NOT NULL, unit text NOT NULL, PRIMARY KEY (value, kind, name, station, unit)
        );
        CREATE TABLE extflash.pool (
            name text PRIMARY KEY, kind text NOT NULL CHECK (kind IN ('counter', 'addresses')),
            first bigint NOT NULL CHECK (first >= 0), step bigint NOT NULL CHECK (step > 0),
            last bigint NOT NULL CHECK (last >= first), block bigint NOT NULL CHECK (block > 0),
            next bigint NOT NULL DEFAULT 0
        );
        CREATE TABLE extflash.lease (
            request text PRIMARY KEY, pool text NOT NULL REFERENCES extflash.pool,
            station text NOT NULL REFERENCES extflash.station,
            position bigint NOT NULL CHECK (position >= 0), count bigint NOT NULL CHECK (count > 0),
            given bigint NOT NULL DEFAULT 0 CHECK (given BETWEEN 0 AND count),
            returned boolean NOT NULL DEFAULT false, leased timestamptz NOT NULL DEFAULT now()
        );
        CREATE INDEX lease_pool ON extflash.lease (pool, position);
        CREATE TABLE extflash.free_range (
            pool text NOT NULL REFERENCES extflash.pool, position bigint NOT NULL, count bigint NOT NULL CHECK (count > 0),
            PRIMARY KEY (pool, position)
        );
        CREATE TABLE extflash.recipe (
            hash bytea PRIMARY KEY, name text NOT NULL, text text NOT NULL, pushed_by text NOT NULL,
            pushed timestamptz NOT NULL DEFAULT now()
        );
        CREATE TABLE extflash.image (
            hash bytea PRIMARY KEY CHECK (octet_length(hash) = 32), name text NOT NULL, size bigint NOT NULL CHECK (size > 0),
            pushed_by text NOT NULL, pushed timestamptz NOT NULL DEFAULT now()
        );
        CREATE TABLE extflash.image_piece (
            hash bytea NOT NULL CHECK (octet_length(hash) = 32), piece integer NOT NULL CHECK (piece >= 0), bytes bytea NOT NULL,
            PRIMARY KEY (hash, piece)
        );
        CREATE VIEW extflash.pool_account AS
            SELECT pool.name, pool.kind, pool.first, pool.step, pool.last, pool.block,
                (pool.last - pool.first) / pool.step + 1 AS total,
                (SELECT coalesce(sum(given), 0) FROM extflash.lease WHERE pool = pool.name) AS given,
                (SELECT coalesce(sum(count - given), 0) FROM extflash.lease
                    WHERE pool = pool.name AND NOT returned) AS held,
                (SELECT coalesce(sum(count), 0) FROM extflash.free_range WHERE pool = pool.name) AS returned,
                (pool.last - pool.first) / pool.step + 1 - pool.next AS never_leased
            FROM extflash.pool AS pool;
        CREATE FUNCTION extflash.stays() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION 'records do not change'; END $$;
        CREATE TRIGGER record_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON extflash.record
            FOR EACH STATEMENT EXECUTE FUNCTION extflash.stays();

        """
}
