// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
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

    /// The chip of the board's first bank; nil where the board leaves it to what the part says of itself.
    func chip(of board: Board) throws(WorkbenchError) -> FlashChipDefinition? {
        guard let name = board.definition.banks.first?.flash else { return nil }
        let entry = try library.entry(.flash, name, namedBy: board.entry)
        let text = try entry.text()
        do {
            return try FlashChipDefinition(
                yaml: text, file: entry.label, library: library.definitions(.flash))
        } catch {
            throw .configurationInvalid(error)
        }
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
