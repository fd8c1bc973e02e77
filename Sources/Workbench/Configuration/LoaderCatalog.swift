// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashController
import FlashLoader
import HardwareDescription

/// The board of a job, its flash chip, and the loader that serves them.
struct LoaderCatalog {
    /// The board that is meant when none is named.
    static let seedBoard = "stm32h745xi-w25q128"

    /// A board as its file describes it, and the file.
    struct Board {
        let entry: ConfigurationEntry
        let definition: BoardDefinition
    }

    private let request: BenchRequest
    private let library: ConfigurationLibrary

    init(_ request: BenchRequest) {
        self.request = request
        library = ConfigurationLibrary(request.paths)
    }

    func board() throws(WorkbenchError) -> Board {
        let entry = try library.entry(.boards, request.board ?? Self.seedBoard)
        let text = try entry.text()
        do {
            return Board(entry: entry, definition: try BoardDefinition(yaml: text, file: entry.label))
        } catch {
            throw .configurationInvalid(error)
        }
    }

    /// Whether the board decides which target is right: it was named, or its own loader is going to run.
    ///
    /// A target that was named wins over it.
    func boardDecidesTarget() -> Bool {
        request.target == nil && (request.board != nil || request.loader == nil)
    }

    /// The chips of the board's banks, and all others to tell by its identity a chip that is none of them.
    func chips(of board: Board) throws(WorkbenchError) -> ChipCatalog {
        var expected: [FlashChipDefinition] = []
        for name in Set(board.definition.banks.compactMap(\.flash)).sorted() {
            let chip = try chip(library.entry(.flash, name, namedBy: board.entry))
            // A board may name a file by its path; the file's own name may be another.
            expected.append(chip.renamed(name))
        }
        return ChipCatalog(expected) { [self] in knownChips() }
    }

    private func chip(_ entry: ConfigurationEntry) throws(WorkbenchError) -> FlashChipDefinition {
        let text = try entry.text()
        do {
            return try FlashChipDefinition(
                yaml: text, file: entry.label, library: library.definitions(.flash))
        } catch {
            throw .configurationInvalid(error)
        }
    }

    /// Every chip whose file can be read: one that cannot is of no use for telling chips, and no part of this job.
    private func knownChips() -> [FlashChipDefinition] {
        let candidates = (try? library.candidates(.flash)) ?? []
        return candidates.compactMap(\.entries.last).compactMap { try? chip($0) }
    }

    /// The loader that was named, else the board's own.
    func image(for board: Board) throws(WorkbenchError) -> LoaderImage {
        if let name = request.loader { return try image(named: name) }
        guard let loader = board.definition.loader else {
            throw .boardWithoutLoader(board.definition.name)
        }
        return try Self.read(library.entry(.loaders, loader, namedBy: board.entry))
    }

    /// A loader file, or the loader in force under a name.
    func image(named name: String) throws(WorkbenchError) -> LoaderImage {
        try Self.read(library.entry(.loaders, name))
    }

    private static func read(_ entry: ConfigurationEntry) throws(WorkbenchError) -> LoaderImage {
        let bytes = try entry.bytes()
        return try doing("reading \(entry.label)") { () throws(LoaderImageError) in
            try LoaderImage(reading: bytes, fileName: entry.fileName)
        }
    }
}
