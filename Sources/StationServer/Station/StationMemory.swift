// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Foundation
package import ProductionJobs
package import ProductionStore

/// Everything a station keeps, in its folder.
package struct StationMemory: Sendable {
    package let database: ProductionDatabase
    package let key: StationKey
    package let records: RecordStore
    package let serials: SerialLedger
    package let recipes: RecipeStore
    package let images: ImageStore
    package let batches: BatchStore
    package let queue: JobQueue
    package let events: EventLog
    package let tokens: TokenStore
    package let units: UnitSearch
    package let hooks: HookOutbox
    package let outbox: RecordOutbox
    package let leases: LeaseBook

    /// Opens the folder, or makes it: only its owner may look into it.
    ///
    /// `onStatement`: see ``ProductionDatabase``.
    package init(
        folder: String, limits: StationDefinition.Limits, onStatement: (@Sendable () -> Void)? = nil
    ) throws(StoreError) {
        for path in [folder, folder + "/images"] {
            do {
                try FileManager.default.createDirectory(
                    atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            } catch { throw .file(path: path, detail: "the folder cannot be made") }
        }
        database = try ProductionDatabase(path: folder + "/station.db", onStatement: onStatement)
        key = try StationKey(path: folder + "/station.key")
        records = RecordStore(database: database, key: key, headPath: folder + "/records.head")
        serials = SerialLedger(database: database)
        recipes = RecipeStore(database: database)
        images = ImageStore(
            database: database, folder: folder + "/images", sizeLimit: limits.imageSize,
            storeLimit: limits.imageStore)
        batches = BatchStore(database: database)
        queue = JobQueue(database: database, limit: limits.queuedJobs)
        events = EventLog(database: database)
        tokens = TokenStore(database: database)
        units = UnitSearch(database: database)
        hooks = HookOutbox(database: database)
        outbox = RecordOutbox(database: database, key: key)
        leases = LeaseBook(database: database)
    }
}
