// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The directory that keeps simulated flash chips between runs.
///
/// Each chip has three files: `flash.bin` is the array as it reads, `flash.registers` and `flash.work` the rest; of a
/// second chip they are called `flash2`. The directory belongs to one bench at a time, for as long as this object lives;
/// a process that dies gives it back.
final class StateDirectory {
    let path: String
    private let lock: Int32
    private var stores: [FlashStore] = []

    /// Takes the directory, and makes it if its parent is there.
    init(_ path: String) throws(BenchError) {
        self.path = path
        let directory = StateFile(path: path)
        guard mkdir(path, 0o777) == 0 || errno == EEXIST else { throw directory.failure("creating") }
        let lockFile = StateFile(path: path + "/lock")
        lock = open(lockFile.path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o666)
        guard lock >= 0 else { throw lockFile.failure("opening") }
        // From here on `deinit` closes it, after an error, too.
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            throw errno == EWOULDBLOCK ? .stateInUse(path: path) : lockFile.failure("locking")
        }
    }
    deinit { close(lock) }

    /// What the chip at a position of the board keeps; `contents` are its cells if nothing was kept yet.
    func store(_ position: Int, part: FlashPart, contents: [UInt8]?) throws(BenchError) -> FlashStore {
        let name = position == 0 ? "flash" : "flash\(position + 1)"
        let store = try FlashStore(name, in: path, part: part, contents: contents)
        stores.append(store)
        return store
    }

    /// All files, and their names, are on the disk when it returns.
    func synchronize() throws(BenchError) {
        for store in stores { try store.synchronize() }
        try StateFile(path: path).synchronize()
    }
}
