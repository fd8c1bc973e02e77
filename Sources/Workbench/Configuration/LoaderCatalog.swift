// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DevicePacks
import Essentials
import FlashAgent
import FlashController
import FlashLoader
import HardwareDescription

/// The board of a job, its flash chip, and the loader that serves them.
struct LoaderCatalog {
    /// A board as its file describes it, and the file.
    struct Board {
        let entry: ConfigurationEntry
        let definition: BoardDefinition
    }

    private let request: BenchRequest
    private let library: ConfigurationLibrary
    private let observer: Observer

    /// `observer` is told of files that are left out.
    init(_ request: BenchRequest, observer: Observer = .none) {
        self.request = request
        self.observer = observer
        library = ConfigurationLibrary(request.paths)
    }

    /// The board that was named; without one and without a loader, the only one that has a loader of its own.
    ///
    /// - Returns: nil for a loader that was named without a board.
    func board() throws(WorkbenchError) -> Board? {
        if let name = request.board { return try library.board(library.entry(.boards, name)) }
        guard request.loader == nil else { return nil }
        var found: [Board] = []
        for candidate in try library.candidates(.boards) {
            guard let entry = candidate.entries.last else { continue }
            let board = try library.board(entry)
            if board.definition.loader != nil { found.append(board) }
        }
        guard let board = found.first, found.count == 1 else {
            throw .boardNeeded(known: found.map(\.entry.name))
        }
        return board
    }

    /// Every board that is known, in name order.
    func allBoards() throws(WorkbenchError) -> [Board] {
        var found: [Board] = []
        for candidate in try library.candidates(.boards) {
            guard let entry = candidate.entries.last else { continue }
            found.append(try library.board(entry))
        }
        return found
    }

    /// The chips of the board's banks, and all others to tell by its identity a chip that is none of them.
    func chips(of board: Board?) throws(WorkbenchError) -> ChipCatalog {
        var expected: [FlashChipDefinition] = []
        let names = Set(board?.definition.banks.compactMap(\.flash) ?? [])
        for name in names.sorted() {
            guard let board else { continue }
            let chip = try library.chip(library.entry(.flash, name, namedBy: board.entry))
            // A board may name a file by its path; the file's own name may be another.
            expected.append(chip.renamed(name))
        }
        return ChipCatalog(expected) { [self] in knownChips() }
    }

    /// Every chip whose file can be used; the others are told, but a file that this job does not name does not stop it.
    func knownChips() -> [FlashChipDefinition] {
        var chips: [FlashChipDefinition] = []
        do throws(WorkbenchError) {
            for candidate in try library.candidates(.flash) {
                guard let entry = candidate.entries.last else { continue }
                do throws(WorkbenchError) { chips.append(try library.chip(entry)) } catch { leaveOut(error) }
            }
        } catch { leaveOut(error) }
        return chips
    }

    private func leaveOut(_ error: WorkbenchError) {
        // What a family has in common is no chip, and none is missed.
        if case .configurationInvalid(let cause as DefinitionError) = error, cause.problem == .isAbstract {
            return
        }
        let origin = error.origin
        observer.trace(
            .warning, "flash files are left out", [("error", "\(origin.summary) [\(origin.code)]")])
    }

    /// Whether somebody has to look at the board's flash before there is a loader for it: its file names none, and no flash
    /// to make one for.
    func needsLook(at board: Board?) -> Bool {
        guard request.loader == nil, let board, board.definition.loader == nil else { return false }
        return board.definition.banks.contains { $0.flash == nil }
    }

    /// The loader that was named, else the board's own, else one that is made for it.
    ///
    /// `fitted` is the chip that was seen on the board, where its file names none.
    func file(
        for board: Board?, fitted: FlashChipDefinition? = nil
    ) throws(WorkbenchError) -> LoaderFile {
        if let name = request.loader { return try file(named: name) }
        guard let board else { preconditionFailure("without a loader there is a board") }
        if let loader = board.definition.loader {
            if let packed = PackFile(loader) {
                return try file(in: packed.named(by: board.entry), for: board)
            }
            return try Self.read(library.entry(.loaders, loader, namedBy: board.entry))
        }
        let name = board.definition.name
        let bytes = try bytes(of: loader(for: board, fitted: fitted), .st, named: name)
        return try doing("reading the loader made for \(name)") { () throws(LoaderFileError) in
            try LoaderFile(reading: bytes, fileName: "\(name).stldr")
        }
    }

    /// Whether the loader of ``file(for:fitted:)`` ships with this program, or is made here.
    func isLoaderOurs(of board: Board?) throws(WorkbenchError) -> Bool {
        guard let name = request.loader ?? board?.definition.loader else { return true }
        guard PackFile(name) == nil else { return false }
        let entry =
            if request.loader == nil, let board {
                try library.entry(.loaders, name, namedBy: board.entry)
            } else {
                try library.entry(.loaders, name)
            }
        return entry.origin == .builtIn
    }

    /// A loader file, one in a pack, or the loader in force under a name.
    func file(named name: String) throws(WorkbenchError) -> LoaderFile {
        guard let packed = PackFile(name) else { return try Self.read(library.entry(.loaders, name)) }
        return try file(in: packed, for: request.board == nil ? nil : board())
    }

    private func file(in packed: PackFile, for board: Board?) throws(WorkbenchError) -> LoaderFile {
        let pack = try packed.opened(for: request)
        // What a board is called decides between several.
        let board = board?.definition
        let names = [board?.name, board?.part, board?.title].compactMap(\.self)
        let (bytes, path) = try doing("reading \(packed.path)") { () throws(PackError) in
            let algorithm = try pack.choose(path: packed.member, for: names)
            return (try pack.contents(of: algorithm), algorithm.path)
        }
        return try doing("reading \(path) of \(packed.path)") { () throws(LoaderFileError) in
            try LoaderFile(
                reading: bytes, fileName: path.split(separator: "/").last.map(String.init) ?? path)
        }
    }

    private static func read(_ entry: ConfigurationEntry) throws(WorkbenchError) -> LoaderFile {
        let bytes = try entry.bytes()
        return try doing("reading \(entry.label)") { () throws(LoaderFileError) in
            try LoaderFile(reading: bytes, fileName: entry.fileName)
        }
    }

    // MARK: Made from the board's file

    /// A loader made from the files of a board, its target and its flash.
    func loader(for board: Board, fitted: FlashChipDefinition?) throws(WorkbenchError) -> BoardLoader {
        let definition = board.definition
        let target =
            if let name = request.target {
                try library.target(library.entry(.targets, name))
            } else {
                try library.target(library.entry(.targets, definition.target, namedBy: board.entry))
            }
        let chip: FlashChipDefinition
        if let fitted { chip = fitted } else { chip = try namedChip(of: board) }
        var variants: [FlashChipDefinition] = []
        for name in fitted == nil ? chip.variants : [] {
            variants.append(try library.chip(library.entry(.flash, name)))
        }
        return try making(definition) { () throws(BoardLoaderError) in
            try BoardLoader(definition, on: target, chip: chip, variants: variants)
        }
    }

    /// A flash part, by name or file.
    func chip(called name: String) throws(WorkbenchError) -> FlashChipDefinition {
        try library.chip(library.entry(.flash, name))
    }

    /// Of a made loader, as a file that calls its flash `name`.
    func bytes(
        of loader: BoardLoader, _ format: LoaderFormat, named name: String
    ) throws(WorkbenchError) -> [UInt8] {
        do { return try loader.file(format, named: name) } catch {
            throw .step("making a loader for \(loader.board)", error)
        }
    }

    /// The part that the board's file names, on both banks of two that work as one memory.
    private func namedChip(of board: Board) throws(WorkbenchError) -> FlashChipDefinition {
        let definition = board.definition
        let names = definition.banks.compactMap(\.flash)
        let name = try making(definition) { () throws(BoardLoaderError) in
            try BoardLoader.check(definition)
            guard names.count == definition.banks.count, let name = names.first else {
                throw .flashNotNamed(board: definition.name)
            }
            guard definition.mode == .single || names.allSatisfy({ $0 == name }) else {
                throw .unlikeFlashes(board: definition.name, names)
            }
            return name
        }
        return try library.chip(library.entry(.flash, name, namedBy: board.entry)).renamed(name)
    }

    private func making<Result>(
        _ board: BoardDefinition, _ body: () throws(BoardLoaderError) -> Result
    ) throws(WorkbenchError) -> Result {
        try doing("making a loader for \(board.name)", body)
    }
}
