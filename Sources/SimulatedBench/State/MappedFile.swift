// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A file of fixed size in memory: a store to it is in the file at once, whatever becomes of the process.
///
/// Whoever shortens the file while it is in use takes the process down with it; the directory's lock keeps other
/// benches from that.
final class MappedFile {
    let path: String
    let count: Int
    let bytes: UnsafeMutablePointer<UInt8>

    /// Maps the file at `path`, which must have `count` bytes.
    ///
    /// Throws `BenchError.stateSize` for a file of another size, `.state` for what the system refuses.
    init(_ file: StateFile, count: Int) throws(BenchError) {
        (path, self.count) = (file.path, count)
        // A name that leads to a pipe must not hang the bench.
        let descriptor = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw errno == ELOOP
                ? .state(path: path, detail: "it is a symbolic link") : file.failure("opening")
        }
        defer { close(descriptor) }
        let size = try file.size(of: descriptor)
        guard size == count else { throw .stateSize(path: path, found: size, expected: count) }
        // A file with holes would need room on the disk in the middle of a store. File systems that cannot reserve it
        // say so.
        let reserved = posix_fallocate(descriptor, 0, off_t(count))
        guard [0, EINVAL, EOPNOTSUPP, ENOSYS].contains(reserved) else {
            throw file.failure("reserving room for", reserved)
        }
        let address = mmap(nil, count, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
        guard let address, address != MAP_FAILED else { throw file.failure("mapping") }
        bytes = address.assumingMemoryBound(to: UInt8.self)
    }
    deinit { munmap(bytes, count) }

    /// Everything is on the disk when it returns.
    func synchronize() throws(BenchError) {
        guard msync(bytes, count, MS_SYNC) == 0 else { throw StateFile(path: path).failure("writing") }
    }
}
