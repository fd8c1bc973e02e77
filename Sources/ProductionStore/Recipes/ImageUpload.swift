// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Glibc
package import ProductionJobs

/// An image on its way in: its file grows with what arrives, and survives a broken connection.
package final class ImageUpload {
    package let hash: ContentHash
    let path: String
    /// Bytes that are here.
    package private(set) var count: UInt64
    private let file: Int32
    private let sizeLimit: UInt64
    private let storeLimit: UInt64

    /// Opens the part that is there, or a new one; another upload of the same image at the same time is refused.
    init(hash: ContentHash, path: String, sizeLimit: UInt64, storeLimit: UInt64) throws(StoreError) {
        (self.hash, self.path) = (hash, path)
        (self.sizeLimit, self.storeLimit) = (sizeLimit, storeLimit)
        file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o640)
        count = 0
        guard file >= 0 else { throw DurableFile.failure(path, errno) }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            throw .imageBusy(hash)
        }
        // Discarded between the two: what is written now would go nowhere.
        var status = stat()
        guard fstat(file, &status) == 0, status.st_nlink > 0 else { throw .imageBusy(hash) }
        let end = lseek(file, 0, SEEK_END)
        guard end >= 0 else { throw DurableFile.failure(path, errno) }
        count = UInt64(end)
    }

    /// Deletes an upload's file, unless it goes on.
    ///
    /// - Returns: its bytes; nil where it stays.
    static func discard(_ path: String) throws(StoreError) -> UInt64? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        // Ended meanwhile.
        if file < 0, errno == ENOENT { return nil }
        guard file >= 0 else { throw DurableFile.failure(path, errno) }
        defer { close(file) }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else { return nil }
        let size = lseek(file, 0, SEEK_END)
        guard unlink(path) == 0 else {
            if errno == ENOENT { return nil }
            throw DurableFile.failure(path, errno)
        }
        return UInt64(clamping: size)
    }

    deinit { if file >= 0 { close(file) } }

    /// Refuses so many further bytes before they come, where there is no room for them.
    package func expect(_ bytes: UInt64) throws(StoreError) {
        let (total, overflow) = count.addingReportingOverflow(bytes)
        guard !overflow, total <= sizeLimit else { throw .imageTooLarge(limit: sizeLimit) }
        guard total <= storeLimit else { throw .imagesFull(limit: storeLimit) }
    }

    /// Adds what arrived.
    package func append(_ bytes: [UInt8]) throws(StoreError) {
        try expect(UInt64(bytes.count))
        let total = count + UInt64(bytes.count)
        var written = 0
        while written < bytes.count {
            let step = bytes.withUnsafeBytes { buffer in
                write(file, buffer.baseAddress?.advanced(by: written), buffer.count - written)
            }
            if step < 0, errno == EINTR { continue }
            guard step > 0 else { throw DurableFile.failure(path, errno) }
            written += step
        }
        count = total
    }

    /// Forgets what arrived so far.
    package func restart() throws(StoreError) {
        guard ftruncate(file, 0) == 0, lseek(file, 0, SEEK_SET) == 0 else {
            throw DurableFile.failure(path, errno)
        }
        count = 0
    }

    /// Puts everything on the disk and tells how much it is and what it hashes to.
    func finish() throws(StoreError) -> (count: UInt64, hash: ContentHash) {
        guard fsync(file) == 0 else { throw DurableFile.failure(path, errno) }
        return (count, ContentHash(of: try ImageFile.bytes(path, limit: sizeLimit)))
    }
}

enum ImageFile {
    /// A whole file, of at most `limit` bytes.
    static func bytes(_ path: String, limit: UInt64) throws(StoreError) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { throw DurableFile.failure(path, errno) }
        defer { close(file) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = piece.withUnsafeMutableBytes { read(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw DurableFile.failure(path, errno) }
            guard count > 0 else { return bytes }
            bytes += piece[..<count]
            guard UInt64(bytes.count) <= limit else { throw .imageTooLarge(limit: limit) }
        }
    }
}
