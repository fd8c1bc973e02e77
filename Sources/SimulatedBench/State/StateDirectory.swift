// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The directory that keeps a simulated flash between runs.
///
/// `flash.bin` is the array as it reads, `flash.registers` the rest. The directory belongs to one bench at a time, for as long
/// as this object lives; a process that dies gives it back.
final class StateDirectory {
    let path: String
    let cells: StateFile
    let registers: StateFile
    private let lock: Int32
    /// What the files hold now.
    private var kept: FlashState?

    /// Takes the directory, and makes it if its parent is there.
    init(_ path: String) throws(BenchError) {
        self.path = path
        cells = StateFile(path: path + "/flash.bin")
        registers = StateFile(path: path + "/flash.registers")
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

    /// What was kept for a flash of `count` cells; nil for a directory nothing was kept in yet.
    ///
    /// Cells without registers are somebody's image: a flash fresh from the factory that was programmed with it.
    func load(count: Int, factory: FlashState) throws(BenchError) -> FlashState? {
        var state = factory
        let bytes = try cells.read(upTo: count)
        let text = try registers.read(upTo: FlashRegistersFile.limit)
        guard bytes != nil || text != nil else { return nil }
        guard let bytes else {
            throw .stateForeign(path: registers.path, detail: "there is no flash.bin beside it")
        }
        guard bytes.count == count else {
            throw .stateSize(path: cells.path, found: bytes.count, expected: count)
        }
        state.cells = bytes
        if let text {
            let file = try FlashRegistersFile(text: text, path: registers.path)
            (state.statusRegisters, state.securityRegisters) = (file.statusRegisters, file.securityRegisters)
        }
        kept = text == nil ? nil : state
        return state
    }

    /// Writes what is not in the files yet.
    func save(_ state: FlashState) throws(BenchError) {
        guard state != kept else { return }
        if state.cells != kept?.cells { try cells.replace(with: state.cells) }
        try registers.replace(with: FlashRegistersFile(state).text)
        try synchronize()
        kept = state
    }
    /// The new names are on the disk, too.
    private func synchronize() throws(BenchError) {
        let directory = StateFile(path: path)
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw directory.failure("opening") }
        defer { close(descriptor) }
        // Some file systems cannot do this to a directory; their renames are then as safe as they get.
        guard fsync(descriptor) == 0 || errno == EINVAL else { throw directory.failure("writing") }
    }
}
