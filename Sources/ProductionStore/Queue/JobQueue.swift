// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import GRDB
import ProductionJobs

/// Units that are asked for, in order for each slot; they survive whatever happens to the station.
package struct JobQueue: Sendable {
    let database: ProductionDatabase
    let limit: Int

    package init(database: ProductionDatabase, limit: Int) { (self.database, self.limit) = (database, limit) }

    /// Adds a job; the same idempotency key with the same request gives the job that is there.
    ///
    /// `request` is the request's JSON text.
    package func add(
        slot: String, request: String, key: String? = nil, at time: String
    ) throws(StoreError) -> Job {
        try database.write { database in
            if let key, let job = try Self.job(withKey: key, slot: slot, request: request, database) {
                return job
            }
            let waiting =
                try Int.fetchOne(database, sql: "SELECT count(*) FROM job WHERE state = 'queued'") ?? 0
            guard waiting < limit else { throw StoreError.queueFull(limit: limit) }
            try database.execute(
                sql: "INSERT INTO job (slot, state, request, created, key) VALUES (?, 'queued', ?, ?, ?)",
                arguments: [slot, request, time, key])
            return try Self.job(database.lastInsertedRowID, database)
        }
    }

    /// The job that the same request with the same key has added, if there is one.
    package func job(withKey key: String, slot: String, request: String) throws(StoreError) -> Job? {
        try database.read { try Self.job(withKey: key, slot: slot, request: request, $0) }
    }

    private static func job(
        withKey key: String, slot: String, request: String, _ database: Database
    ) throws -> Job? {
        let row = try Row.fetchOne(database, sql: "SELECT * FROM job WHERE key = ?", arguments: [key])
        guard let job = row.map(Job.init) else { return nil }
        guard job.slot == slot, job.request == request else { throw StoreError.keyReused(key) }
        return job
    }

    /// Takes the oldest job of a slot.
    package func next(slot: String) throws(StoreError) -> Job? {
        try database.write { database in
            guard
                let id = try Int64.fetchOne(
                    database,
                    sql: "SELECT id FROM job WHERE slot = ? AND state = 'queued' ORDER BY id LIMIT 1",
                    arguments: [slot])
            else { return nil }
            try database.execute(sql: "UPDATE job SET state = 'running' WHERE id = ?", arguments: [id])
            return try Self.job(id, database)
        }
    }

    /// Notes which unit a running job has become.
    package func note(unit: String, of job: Int64) throws(StoreError) {
        try database.write {
            try $0.execute(sql: "UPDATE job SET unit = ? WHERE id = ?", arguments: [unit, job])
        }
    }

    package func finish(_ job: Int64, _ state: Job.State, at time: String) throws(StoreError) {
        try database.write {
            try $0.execute(
                sql: "UPDATE job SET state = ?, ended = ? WHERE id = ?",
                arguments: [state.rawValue, time, job])
        }
    }

    /// Takes a job out of the queue; false when it is not waiting any more.
    package func cancel(_ job: Int64, at time: String) throws(StoreError) -> Bool {
        try database.write { database in
            _ = try Self.job(job, database)
            try database.execute(
                sql: "UPDATE job SET state = 'cancelled', ended = ? WHERE id = ? AND state = 'queued'",
                arguments: [time, job])
            return database.changesCount == 1
        }
    }

    /// What was running when the station went away does not run again by itself.
    package func interruptRunning(at time: String) throws(StoreError) -> Int {
        try database.write { database in
            try database.execute(
                sql: "UPDATE job SET state = 'interrupted', ended = ? WHERE state = 'running'",
                arguments: [time])
            return database.changesCount
        }
    }

    /// Jobs of a slot that wait.
    package func waiting(slot: String) throws(StoreError) -> Int {
        try database.read {
            try Int.fetchOne(
                $0, sql: "SELECT count(*) FROM job WHERE slot = ? AND state = 'queued'", arguments: [slot])
        } ?? 0
    }

    package func job(_ id: Int64) throws(StoreError) -> Job { try database.read { try Self.job(id, $0) } }

    /// The newest first, below `before` where given.
    package func jobs(
        slot: String? = nil, state: Job.State? = nil, before: Int64? = nil, limit: Int = 100
    ) throws(StoreError) -> [Job] {
        try database.read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM job WHERE (?1 IS NULL OR slot = ?1) AND (?2 IS NULL OR state = ?2)
                    AND (?3 IS NULL OR id < ?3) ORDER BY id DESC LIMIT ?4
                    """,
                arguments: [slot, state?.rawValue, before, min(max(1, limit), 1000)]
            ).map(Job.init)
        }
    }

    private static func job(_ id: Int64, _ database: Database) throws -> Job {
        guard let row = try Row.fetchOne(database, sql: "SELECT * FROM job WHERE id = ?", arguments: [id])
        else {
            throw StoreError.unknownJob("\(id)")
        }
        return Job(row: row)
    }
}

package struct Job: Hashable, Codable, Sendable {
    package enum State: String, CaseIterable, Codable, Sendable {
        case queued, running, done, cancelled
        /// The station went away while it ran.
        case interrupted
    }
    package let id: Int64
    package let slot: String
    package let state: State
    /// JSON.
    package let request: String
    package let unit: String?
    package let created: String
    package let ended: String?

    init(row: Row) {
        (id, slot, request) = (row["id"], row["slot"], row["request"])
        // The table allows no other word.
        state = (row["state"] as String?).flatMap(State.init(rawValue:)) ?? .interrupted
        (unit, created, ended) = (row["unit"], row["created"], row["ended"])
    }
}
