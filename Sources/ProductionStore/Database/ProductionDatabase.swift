// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import GRDB
import ProductionJobs

/// What the station keeps: one SQLite file, written through to the disk at every commit.
///
/// Safe to use from any thread. Readers do not wait for the writer (WAL); a commit is on the disk when it returns
/// (`synchronous = FULL`, which in WAL mode syncs the log at every transaction).
package final class ProductionDatabase: Sendable {
    package let path: String
    private let pool: any DatabaseWriter

    /// Opens the file, makes it if there is none, and brings its schema up to date.
    ///
    /// `onStatement` is called before each statement, on any thread: the moments at which tests take the power away.
    package init(path: String, onStatement: (@Sendable () -> Void)? = nil) throws(StoreError) {
        self.path = path
        var configuration = Self.configuration
        if let onStatement { configuration.prepareDatabase { $0.trace { _ in onStatement() } } }
        do {
            let pool = try DatabasePool(path: path, configuration: configuration)
            try Self.checkVersion(of: pool, path)
            try Self.migrator.migrate(pool)
            self.pool = pool
        } catch { throw Self.translated(error, path) }
    }

    /// Opens the file of a station that does not run, as it is: nothing is made, brought up to date or written.
    ///
    /// SQLite's own files beside it (the log of what a killed station had not moved yet) are read, and made when they
    /// are not there.
    package init(reading path: String) throws(StoreError) {
        self.path = path
        guard FileManager.default.fileExists(atPath: path) else {
            throw .file(path: path, detail: "there is no such file, or it may not be looked at")
        }
        var configuration = Self.configuration
        configuration.readonly = true
        do {
            pool = try DatabaseQueue(path: path, configuration: configuration)
            try Self.checkVersion(of: pool, path)
        } catch { throw Self.translated(error, path) }
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        configuration.maximumReaderCount = 8
        configuration.label = "extflash"
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA synchronous = FULL")
            try database.execute(sql: "PRAGMA trusted_schema = OFF")
        }
        return configuration
    }

    private static func checkVersion(of database: any DatabaseReader, _ path: String) throws {
        guard try database.read({ try !migrator.hasBeenSuperseded($0) }) else {
            throw StoreError.tooNew(path: path)
        }
    }

    /// Runs `work` in one transaction: all of it is kept, or nothing.
    func write<Result: Sendable>(
        _ work: (Database) throws -> Result
    ) throws(StoreError) -> Result {
        do { return try pool.write(work) } catch { throw Self.translated(error, path) }
    }

    func read<Result: Sendable>(_ work: (Database) throws -> Result) throws(StoreError) -> Result {
        do { return try pool.read(work) } catch { throw Self.translated(error, path) }
    }

    /// Puts the write-ahead log into the file, so that the file alone can be copied: backups, and tests.
    package func checkpoint() throws(StoreError) {
        do { _ = try pool.writeWithoutTransaction { try $0.checkpoint(.truncate) } } catch {
            throw Self.translated(error, path)
        }
    }

    private static func translated(_ error: any Error, _ path: String) -> StoreError {
        guard let database = error as? DatabaseError else {
            return error as? StoreError ?? .database(path: path, detail: "\(error)")
        }
        let detail = database.message ?? database.resultCode.description
        return switch database.resultCode {
        case .SQLITE_FULL: .diskFull(path: path)
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: .corrupt(path: path, detail: detail)
        case .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM: .file(path: path, detail: detail)
        default: .database(path: path, detail: detail)
        }
    }
}
