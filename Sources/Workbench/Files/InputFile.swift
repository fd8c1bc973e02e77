// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Glibc

/// A file of the host that is open for reading: a regular file, a device, a FIFO or an open descriptor such as standard
/// input.
///
/// Confined to the thread that uses it.
final class InputFile {
    /// As it was named.
    let path: String
    /// Bytes of a regular file; nil for what has no size before it was read.
    let size: Int?
    private let descriptor: Int32
    private let ownsDescriptor: Bool
    private let cancellation: Cancellation?

    /// Opens `path`; `-`, `/dev/stdin` and `/dev/fd/N` mean the descriptor itself.
    ///
    /// `cancellation` ends the waiting for bytes that may never come.
    init(_ path: String, cancellation: Cancellation? = nil) throws(WorkbenchError) {
        (self.path, self.cancellation) = (path, cancellation)
        if let number = FileDescriptorPath.input(path) {
            (descriptor, ownsDescriptor) = (number, false)
        } else {
            do throws(SystemCallError) {
                descriptor = try uninterrupted { open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY) }
            } catch {
                throw .fileUnreadable(path: path, reason: error.text)
            }
            ownsDescriptor = true
        }
        var status = stat()
        let failure: String? =
            if fstat(descriptor, &status) != 0 {
                SystemCallError.last.text
            } else if status.st_mode & S_IFMT == S_IFDIR {
                SystemCallError(EISDIR).text
            } else if !ownsDescriptor, isatty(descriptor) == 1 {
                "it is a terminal: give the file by a pipe or with <"
            } else {
                nil
            }
        let isRegular = status.st_mode & S_IFMT == S_IFREG
        size = isRegular ? max(0, Int(status.st_size) - Self.position(of: descriptor)) : nil
        if let failure { throw .fileUnreadable(path: path, reason: failure) }
    }

    deinit {
        // Nothing was written; closing cannot lose anything.
        if ownsDescriptor { _ = close(descriptor) }
    }

    private static func position(of descriptor: Int32) -> Int { max(0, Int(lseek(descriptor, 0, SEEK_CUR))) }

    /// Reads on to the end, but no more than `count` bytes.
    func read(upTo count: Int) throws(WorkbenchError) -> [UInt8] {
        var bytes: [UInt8] = []
        // One byte more than the size, to see the end without growing.
        bytes.reserveCapacity(min(count, (size ?? 0) + 1))
        while bytes.count < count {
            let room = min(count - bytes.count, 1 << 20)
            let part = try readPart(room)
            if part.isEmpty { break }
            bytes += part
        }
        return bytes
    }

    /// Reads on to the end.
    ///
    /// - Throws: when more than `limit` bytes follow.
    func read(limit: Int) throws(WorkbenchError) -> [UInt8] {
        let bytes = try read(upTo: limit + 1)
        guard bytes.count <= limit else { throw tooLarge(limit: limit) }
        return bytes
    }

    func tooLarge(limit: Int) -> WorkbenchError {
        .fileUnreadable(
            path: path,
            reason: size.map { "it has \($0) bytes, more than the \(limit) that are allowed" }
                ?? "it has more than \(limit) bytes")
    }

    private func readPart(_ count: Int) throws(WorkbenchError) -> [UInt8] {
        if size == nil { try waitForBytes() }
        do throws(SystemCallError) {
            var failure: SystemCallError?
            let part = [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
                do throws(SystemCallError) {
                    used = try uninterrupted { Glibc.read(descriptor, buffer.baseAddress, count) }
                } catch { failure = error }
            }
            if let failure { throw failure }
            return part
        } catch {
            throw .fileUnreadable(path: path, reason: error.text)
        }
    }

    /// A pipe may stay silent for ever; a person who asked to stop is not kept waiting.
    private func waitForBytes() throws(WorkbenchError) {
        var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        // What goes wrong here but for an interruption, reading tells.
        while true {
            let count = poll(&request, 1, 100)
            guard count == 0 || (count < 0 && errno == EINTR) else { return }
            if cancellation?.isCancelled == true { throw .cancelled(during: "reading \(path)") }
        }
    }
}
