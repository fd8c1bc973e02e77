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
/// `flash.bin` is the array as it reads, `flash.registers` the rest; a second chip has `flash2.bin` and
/// `flash2.registers`. The directory belongs to one bench at a time, for as long as this object lives; a process that
/// dies gives it back.
final class StateDirectory {
    let path: String
    private let lock: Int32
    /// What the files hold now, by the chip's position.
    private var kept: [Int: FlashState] = [:]

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

    func cells(of chip: Int) -> StateFile { StateFile(path: "\(path)/\(Self.name(of: chip)).bin") }
    func registers(of chip: Int) -> StateFile { StateFile(path: "\(path)/\(Self.name(of: chip)).registers") }
    private static func name(of chip: Int) -> String { chip == 0 ? "flash" : "flash\(chip + 1)" }

    /// What was kept for the chip at a position, which has `count` cells; nil if nothing was kept yet.
    ///
    /// Cells without registers are somebody's image: a flash fresh from the factory that was programmed with it.
    func load(_ chip: Int, count: Int, factory: FlashState) throws(BenchError) -> FlashState? {
        var state = factory
        let (cells, registers) = (cells(of: chip), registers(of: chip))
        let bytes = try cells.read(upTo: count)
        let text = try registers.read(upTo: FlashRegistersFile.limit)
        guard bytes != nil || text != nil else { return nil }
        guard let bytes else {
            throw .stateForeign(
                path: registers.path, detail: "there is no \(Self.name(of: chip)).bin beside it")
        }
        guard bytes.count == count else {
            throw .stateSize(path: cells.path, found: bytes.count, expected: count)
        }
        state.cells = bytes
        if let text {
            let file = try FlashRegistersFile(text: text, path: registers.path)
            (state.statusRegisters, state.securityRegisters) = (file.statusRegisters, file.securityRegisters)
        }
        kept[chip] = text == nil ? nil : state
        return state
    }

    /// Writes what is not in the files yet.
    func save(_ state: FlashState, of chip: Int) throws(BenchError) {
        guard state != kept[chip] else { return }
        if state.cells != kept[chip]?.cells { try cells(of: chip).replace(with: state.cells) }
        try registers(of: chip).replace(with: FlashRegistersFile(state).text)
        try synchronize()
        kept[chip] = state
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
