// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CLinuxShim
import Essentials
import Glibc

/// A file that a job is going to write: found to be writable before the job, and filled in one go after it.
///
/// What was there keeps its contents until there are new ones. Confined to the thread that uses it.
final class OutputFile {
    private enum Way {
        /// A descriptor of this process, or a device or FIFO: what is written goes through.
        case stream(Int32)
        /// A new file takes the name when it is complete. `existing` is open for writing, when there is one.
        case replacement(ReplacementFile, existing: Int32?)
        /// A regular file that must stay the same file, or cannot be replaced for this reason; its length before.
        case inPlace(Int32, length: Int, because: String?)
    }
    /// As it was named.
    let path: String
    private let way: Way
    private let ownsStream: Bool
    private var isWritten = false
    /// Why an existing file is written over and not replaced, so that its old contents are lost should that fail; nil where it
    /// is replaced, or has several names and has to stay the same file.
    private(set) var overwriting: String?

    /// Opens `path`; `-`, `/dev/stdout` and `/dev/fd/N` mean the descriptor itself.
    ///
    /// A FIFO waits here for its reader, until `cancellation`. A terminal takes text only.
    init(
        _ path: String, isText: Bool, cancellation: Cancellation? = nil
    ) throws(WorkbenchError) {
        self.path = path
        if let descriptor = FileDescriptorPath.output(path) {
            try Self.check(descriptor, isText: isText, path)
            (way, ownsStream) = (.stream(descriptor), false)
            return
        }
        do throws(SystemCallError) {
            way = try Self.way(to: path, cancellation)
        } catch {
            if cancellation?.isCancelled == true {
                throw .cancelled(during: "waiting for a reader of \(path)")
            }
            throw .fileUnwritable(path: path, reason: error.text)
        }
        ownsStream = true
        if case .inPlace(_, _, let reason) = way { overwriting = reason }
        if case .stream(let descriptor) = way { try Self.check(descriptor, isText: isText, path) }
    }

    deinit {
        switch way {
        case .stream(let descriptor): if ownsStream { close(descriptor) }
        case .replacement(_, let existing): if let existing { close(existing) }
        case .inPlace(let descriptor, let length, _):
            // Gives back what `reserve` took behind the end.
            if !isWritten { _ = ftruncate(descriptor, off_t(length)) }
            close(descriptor)
        }
    }

    /// Whether `path` is where standard output goes, whatever it is called.
    static func isStandardOutput(_ path: String) -> Bool {
        if let descriptor = FileDescriptorPath.output(path) { return descriptor == STDOUT_FILENO }
        var (named, output) = (stat(), stat())
        guard stat(path, &named) == 0, fstat(STDOUT_FILENO, &output) == 0 else { return false }
        // What goes to a device such as /dev/null cannot be mixed up there.
        return named.st_dev == output.st_dev && named.st_ino == output.st_ino
            && named.st_mode & S_IFMT != S_IFCHR
    }

    private static func check(_ descriptor: Int32, isText: Bool, _ path: String) throws(WorkbenchError) {
        let flags = fcntl(descriptor, F_GETFL)
        guard flags >= 0, flags & O_ACCMODE != O_RDONLY else {
            throw .fileUnwritable(path: path, reason: SystemCallError(EBADF).text)
        }
        guard isText || isatty(descriptor) == 0 else {
            throw .fileUnwritable(
                path: path, reason: "it is a terminal: send it to a file or a pipe, or choose --format hex")
        }
    }

    // MARK: - Opening

    private static func way(
        to path: String, _ cancellation: Cancellation?
    ) throws(SystemCallError) -> Way {
        var status = stat()
        if stat(path, &status) != 0 {
            guard errno == ENOENT else { throw .last }
            return .replacement(
                try ReplacementFile(of: LinkedPath.end(of: path), like: nil), existing: nil)
        }
        switch status.st_mode & S_IFMT {
        case S_IFDIR: throw SystemCallError(EISDIR)
        case S_IFREG: return try way(over: path, status)
        default: return .stream(try openStream(path, cancellation))
        }
    }

    /// A file with several names, or one whose owner or place cannot be kept, is written over; any other is replaced.
    private static func way(over path: String, _ status: stat) throws(SystemCallError) -> Way {
        let existing = try uninterrupted { open(path, O_WRONLY | O_CLOEXEC) }
        let length = Int(status.st_size)
        guard status.st_nlink == 1 else { return .inPlace(existing, length: length, because: nil) }
        guard shim_is_mount_point(existing) != 1 else {
            return .inPlace(existing, length: length, because: "something is mounted on it")
        }
        guard let target = LinkedPath.real(path) else {
            return .inPlace(existing, length: length, because: "its place cannot be told")
        }
        do throws(SystemCallError) {
            return .replacement(try ReplacementFile(of: target, like: status), existing: existing)
        } catch {
            return .inPlace(existing, length: length, because: error.text)
        }
    }

    /// A FIFO nobody reads cannot be opened yet.
    private static func openStream(
        _ path: String, _ cancellation: Cancellation?
    ) throws(SystemCallError) -> Int32 {
        while true {
            do throws(SystemCallError) {
                let descriptor = try uninterrupted {
                    open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
                }
                // Only opening must not block.
                _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
                return descriptor
            } catch {
                var status = stat()
                let isPipe = stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO
                guard error.number == ENXIO, isPipe, cancellation?.isCancelled != true else { throw error }
            }
            usleep(50_000)
        }
    }

    // MARK: - Writing

    /// Takes the space for `count` bytes, so that a full disk is found out before the job.
    func reserve(_ count: Int) throws(WorkbenchError) {
        switch way {
        case .stream: return
        case .replacement(let file, _): try reserve(count, in: file.descriptor)
        case .inPlace(let descriptor, _, _): try reserve(count, in: descriptor)
        }
    }

    private func reserve(_ count: Int, in descriptor: Int32) throws(WorkbenchError) {
        guard count > 0, shim_reserve(descriptor, off_t(count)) != 0 else { return }
        let error = SystemCallError.last
        // Not every file system can promise space; then writing tells.
        guard [ENOSPC, EDQUOT, EFBIG].contains(error.number) else { return }
        throw .fileUnwritable(path: path, reason: error.text)
    }

    /// Makes `bytes` the whole contents.
    func write(_ bytes: [UInt8]) throws(WorkbenchError) {
        do throws(SystemCallError) {
            switch way {
            case .stream(let descriptor): try Self.write(bytes, to: descriptor)
            case .replacement(let file, let existing):
                try file.fill(bytes)
                do throws(SystemCallError) { try file.takePlace() } catch {
                    // Such as a mount point where the kernel does not tell them.
                    guard let existing else { throw error }
                    overwriting = error.text
                    try Self.overwrite(existing, with: bytes)
                }
            case .inPlace(let descriptor, _, _): try Self.overwrite(descriptor, with: bytes)
            }
            isWritten = true
        } catch {
            throw .fileUnwritable(path: path, reason: error.text)
        }
    }

    static func overwrite(_ descriptor: Int32, with bytes: [UInt8]) throws(SystemCallError) {
        _ = try uninterrupted { lseek(descriptor, 0, SEEK_SET) }
        try write(bytes, to: descriptor)
        _ = try uninterrupted { ftruncate(descriptor, off_t(bytes.count)) }
        // Some file systems tell a full disk only here.
        _ = try uninterrupted { fsync(descriptor) }
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) throws(SystemCallError) {
        var done = 0
        while done < bytes.count {
            let result = bytes[done...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if result >= 0 {
                done += result
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                // Somebody made the descriptor non-blocking, as its other owners may.
                var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&request, 1, -1)
            default: throw .last
            }
        }
    }
}
