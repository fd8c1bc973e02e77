// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Crypto
import Essentials
import Foundation
import GRDB
import Glibc
package import ProductionJobs

/// Images by the hash of their contents: sent once, looked at on every use.
package struct ImageStore: Sendable {
    let database: ProductionDatabase
    /// Of the station, on the same disk as the database.
    let folder: String
    let sizeLimit: UInt64
    let storeLimit: UInt64

    package init(database: ProductionDatabase, folder: String, sizeLimit: UInt64, storeLimit: UInt64) {
        (self.database, self.folder) = (database, folder)
        (self.sizeLimit, self.storeLimit) = (sizeLimit, storeLimit)
    }

    /// Begins to take an image in, or goes on where its earlier part ended.
    ///
    /// `offset` is how many bytes the sender believes are here; another number of bytes is told by
    /// ``ImageUpload/count``.
    package func upload(_ hash: ContentHash) throws(StoreError) -> ImageUpload {
        let kept =
            try database.read { try Int64.fetchOne($0, sql: "SELECT coalesce(sum(size), 0) FROM image") } ?? 0
        let taken = UInt64(clamping: kept) + (try unfinished(but: hash))
        let left = storeLimit > taken ? storeLimit - taken : 0
        return try ImageUpload(
            hash: hash, path: path(hash) + ".part", sizeLimit: sizeLimit, storeLimit: left)
    }

    /// Keeps what was sent, if it is what was said.
    package func finish(_ upload: ImageUpload, name: String, at time: String) throws(StoreError) {
        let (count, found) = try upload.finish()
        guard found == upload.hash else {
            unlink(upload.path)
            throw .imageDiffers(expected: upload.hash, found: found)
        }
        guard rename(upload.path, path(upload.hash)) == 0 else {
            throw DurableFile.failure(path(upload.hash), errno)
        }
        try DurableFile.syncFolder(of: path(upload.hash))
        try database.write { database in
            try database.execute(
                sql:
                    "INSERT INTO image (hash, name, size, stored) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
                arguments: [upload.hash.description, name, Int64(clamping: count), time])
        }
    }

    /// What uploads have brought that nobody ended: it takes room too.
    private func unfinished(but hash: ContentHash) throws(StoreError) -> UInt64 {
        try parts().filter { $0 != path(hash) + ".part" }.reduce(0) { $0 + Self.size($1) }
    }

    /// The files of uploads that have not ended.
    private func parts() throws(StoreError) -> [String] {
        let names: [String]
        do { names = try FileManager.default.contentsOfDirectory(atPath: folder) } catch {
            throw .file(path: folder, detail: "it cannot be listed")
        }
        return names.filter { $0.hasSuffix(".part") }.sorted().map { "\(folder)/\($0)" }
    }

    /// Deletes uploads to which nothing was added since `limit`, in seconds since 1970; one that goes on stays.
    ///
    /// - Returns: how many they were, and their bytes.
    package func discardUploads(untouchedSince limit: Int64) throws(StoreError) -> (files: Int, bytes: UInt64)
    {
        var discarded = (files: 0, bytes: UInt64(0))
        for path in try parts() {
            var status = stat()
            guard lstat(path, &status) == 0, Int64(status.st_mtim.tv_sec) < limit,
                let size = try ImageUpload.discard(path)
            else { continue }
            discarded = (discarded.files + 1, discarded.bytes + size)
        }
        return discarded
    }

    /// 0 where there is no such file.
    private static func size(_ path: String) -> UInt64 {
        var status = stat()
        return lstat(path, &status) == 0 ? UInt64(clamping: status.st_size) : 0
    }

    /// How much of an image is here, and whether that is all of it; nothing is read or made.
    package func received(_ hash: ContentHash) throws(StoreError) -> (bytes: UInt64, isComplete: Bool) {
        let size = try database.read { database in
            try Int64.fetchOne(
                database, sql: "SELECT size FROM image WHERE hash = ?", arguments: [hash.description])
        }
        if let size { return (UInt64(clamping: size), true) }
        return (Self.size(path(hash) + ".part"), false)
    }

    /// The contents, read whole and hashed: a disk that forgets is noticed here, not in the field.
    package func contents(_ hash: ContentHash) throws(StoreError) -> [UInt8] {
        guard try contains(hash) else { throw .unknownImage(hash) }
        let bytes = try ImageFile.bytes(path(hash), limit: sizeLimit)
        guard ContentHash(of: bytes) == hash else { throw .imageDamaged(hash) }
        return bytes
    }

    package func contains(_ hash: ContentHash) throws(StoreError) -> Bool {
        try database.read { database in
            try Bool.fetchOne(
                database, sql: "SELECT count(*) > 0 FROM image WHERE hash = ?", arguments: [hash.description])
                ?? false
        }
    }

    /// By name; at most `limit`.
    package func all(limit: Int = 10_000) throws(StoreError) -> [StoredImage] {
        try database.read { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM image ORDER BY name, stored LIMIT ?", arguments: [limit]
            ).map { StoredImage(hash: $0["hash"], name: $0["name"], size: $0["size"], stored: $0["stored"]) }
        }
    }

    func path(_ hash: ContentHash) -> String { "\(folder)/\(hash)" }
}

package struct StoredImage: Hashable, Codable, Sendable {
    package let hash: String
    package let name: String
    /// Bytes.
    package let size: Int64
    package let stored: String
}
