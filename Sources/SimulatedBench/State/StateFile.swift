// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A file of the simulator's state: read whole, replaced whole.
struct StateFile {
    let path: String

    /// The file's bytes; nil if there is no such file.
    ///
    /// Of a file larger than `limit` only its size is looked at (`BenchError.stateSize`).
    func read(upTo limit: Int) throws(BenchError) -> [UInt8]? {
        // A name that leads to a pipe must not hang the bench.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw failure("opening")
        }
        defer { close(descriptor) }
        let size = try size(of: descriptor)
        guard size <= limit else { throw .stateSize(path: path, found: size, expected: limit) }
        var bytes = [UInt8](repeating: 0, count: size)
        var done = 0
        while done < size {
            let count = bytes.withUnsafeMutableBytes { buffer -> Int in
                guard let base = buffer.baseAddress else { return 0 }
                return systemRead(descriptor, base + done, size - done)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure("reading") }
            guard count > 0 else { throw .stateSize(path: path, found: done, expected: size) }
            done += count
        }
        return bytes
    }

    /// The size of the file that is open; anything but a file is refused.
    func size(of descriptor: Int32) throws(BenchError) -> Int {
        var facts = stat()
        guard fstat(descriptor, &facts) == 0 else { throw failure("looking at") }
        guard facts.st_mode & S_IFMT == S_IFREG else { throw .state(path: path, detail: "it is not a file") }
        return Int(facts.st_size)
    }

    /// Whether there is anything of this name.
    func exists() throws(BenchError) -> Bool {
        var facts = stat()
        guard lstat(path, &facts) != 0 else { return true }
        guard errno == ENOENT else { throw failure("looking at") }
        return false
    }

    /// Puts `bytes` in the place of what was there, all or nothing; when `isSynchronized`, on the disk before it returns.
    func replace(with bytes: [UInt8], isSynchronized: Bool = true) throws(BenchError) {
        let fresh = StateFile(path: path + ".new")
        do throws(BenchError) {
            try fresh.write(bytes, isSynchronized: isSynchronized)
            guard rename(fresh.path, path) == 0 else { throw failure("replacing") }
        } catch {
            // The file it was to replace is untouched; a leftover would only be overwritten the next time.
            unlink(fresh.path)
            throw error
        }
    }

    /// What is there is on the disk when it returns; nothing to do where there is no file.
    func synchronize() throws(BenchError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT { return }
            throw failure("opening")
        }
        defer { close(descriptor) }
        // Some file systems cannot do this to a directory; their renames are then as safe as they get.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw failure("writing") }
    }

    private func write(_ bytes: [UInt8], isSynchronized: Bool) throws(BenchError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o666)
        guard descriptor >= 0 else { throw failure("creating") }
        do throws(BenchError) {
            try write(bytes, to: descriptor)
            guard !isSynchronized || fsync(descriptor) == 0 else { throw failure("writing") }
        } catch {
            close(descriptor)
            throw error
        }
        guard close(descriptor) == 0 else { throw failure("writing") }
    }
    private func write(_ bytes: [UInt8], to descriptor: Int32) throws(BenchError) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { buffer -> Int in
                guard let base = buffer.baseAddress else { return 0 }
                return systemWrite(descriptor, base + done, bytes.count - done)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("writing") }
            done += count
        }
    }

    func failure(_ step: String, _ code: Int32 = errno) -> BenchError {
        .state(path: path, detail: "\(step) it failed: \(String(cString: strerror(code)))")
    }
}

/// The system's calls, under names that the type's own functions do not hide.
private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer, _ count: Int) -> Int {
    read(descriptor, buffer, count)
}
private func systemWrite(_ descriptor: Int32, _ buffer: UnsafeRawPointer, _ count: Int) -> Int {
    write(descriptor, buffer, count)
}
