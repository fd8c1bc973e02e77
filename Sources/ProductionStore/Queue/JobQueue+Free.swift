// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import GRDB

extension JobQueue {
    /// Adds a job for the first of the slots in which nothing is in work and nothing waits; nil: none is free.
    ///
    /// Looking and adding are one step: two scans at once never get the same slot. A key that was used already gives the
    /// job of that time.
    package func add(
        toFreeSlotOf slots: [String], request: String, key: String?, at time: String
    ) throws(StoreError) -> Job? {
        try database.write { database in
            if let key,
                let row = try Row.fetchOne(
                    database, sql: "SELECT * FROM job WHERE key = ?", arguments: [key])
            {
                let job = Job(row: row)
                guard job.request == request else { throw StoreError.keyReused(key) }
                return job
            }
            for slot in slots {
                try database.execute(
                    sql: """
                        INSERT INTO job (slot, state, request, created, key)
                        SELECT ?1, 'queued', ?2, ?3, ?4 WHERE NOT EXISTS
                            (SELECT 1 FROM job WHERE slot = ?1 AND state IN ('queued', 'running'))
                        """, arguments: [slot, request, time, key])
                guard database.changesCount == 1 else { continue }
                let row = try Row.fetchOne(
                    database, sql: "SELECT * FROM job WHERE id = ?", arguments: [database.lastInsertedRowID])
                return row.map(Job.init)
            }
            return nil
        }
    }
}
