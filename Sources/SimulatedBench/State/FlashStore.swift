// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Where one flash keeps what outlives its supply: cells, registers, and what it is busy with, in files that change as
/// the chip does.
///
/// A process that is killed takes the supply away: the next one finds the cells of an operation that ran in any state.
final class FlashStore {
    /// Files NAME.bin, NAME.registers and NAME.work.
    let cells: MappedFile
    let journal: FlashWorkFile
    private let registers: StateFile
    /// What the registers' file holds; nil: nothing was kept yet.
    private(set) var kept: FlashRegistersFile?
    /// What an earlier process left the flash busy with.
    let unfinished: [(place: Int, entry: FlashWorkFile.Entry)]
    /// Why the registers could not be written the last time.
    private var failure: BenchError?

    /// Opens the files of a part in a directory and makes those that are missing: `contents` are the cells from the
    /// first on, erased behind.
    ///
    /// Cells without registers are an image of somebody's: a flash fresh from the factory that was programmed with it.
    /// Nothing is changed before everything was looked at.
    init(_ name: String, in directory: String, part: FlashPart, contents: [UInt8]?) throws(BenchError) {
        let cellsFile = StateFile(path: "\(directory)/\(name).bin")
        let journalFile = StateFile(path: "\(directory)/\(name).work")
        registers = StateFile(path: "\(directory)/\(name).registers")
        let text = try registers.read(upTo: FlashRegistersFile.limit)
        if let text { kept = try FlashRegistersFile(text: text, path: registers.path, part: part) }
        if try !cellsFile.exists() {
            guard text == nil else {
                throw .stateForeign(path: registers.path, detail: "there is no \(name).bin beside it")
            }
            var bytes = (contents ?? []).prefix(part.count)
            bytes += [UInt8](repeating: 0xFF, count: part.count - bytes.count)
            try cellsFile.replace(with: Array(bytes))
        }
        cells = try MappedFile(cellsFile, count: part.count)
        if try !journalFile.exists() { try journalFile.replace(with: FlashWorkFile.blank) }
        journal = try FlashWorkFile(MappedFile(journalFile, count: FlashWorkFile.fileSize))
        unfinished = try journal.open(count: part.count)
    }

    /// Registers or the areas beside the array changed.
    ///
    /// A failure is told by the next ``synchronize()``: a chip has nobody to tell.
    func keep(_ file: FlashRegistersFile) {
        guard file != kept else { return }
        do throws(BenchError) {
            try registers.replace(with: file.text, isSynchronized: false)
            (kept, failure) = (file, nil)
        } catch { failure = error }
    }

    /// Everything is on the disk when it returns.
    func synchronize() throws(BenchError) {
        if let failure { throw failure }
        try cells.synchronize()
        try journal.synchronize()
        try registers.synchronize()
    }
}
