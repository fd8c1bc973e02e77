// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashLoader
import HardwareDescription

/// The board of a job, its flash chip, and the loader that serves them.
struct LoaderCatalog {
    /// The board that is meant when none is named.
    static let seedBoard = "stm32h745xi-w25q128"
    /// A loader is a few hundred kilobytes, with debug information a few megabytes.
    private static let loaderLimit = 64 << 20

    private let request: BenchRequest
    init(_ request: BenchRequest) { self.request = request }

    func board() throws(WorkbenchError) -> BoardDefinition {
        let name = request.board ?? Self.seedBoard
        let path = try ConfigurationFile.path(of: name, kind: "board", folder: "boards", in: request.paths)
        let text = try ConfigurationFile.text(at: path)
        do { return try BoardDefinition(yaml: text, file: path) } catch {
            throw .configurationInvalid(error)
        }
    }

    func chip(of board: BoardDefinition) throws(WorkbenchError) -> FlashChipDefinition {
        let path = try ConfigurationFile.path(
            of: board.flash, kind: "flash", folder: "flash", in: request.paths)
        let text = try ConfigurationFile.text(at: path)
        do { return try FlashChipDefinition(yaml: text, file: path) } catch {
            throw .configurationInvalid(error)
        }
    }

    /// The loader file that was named, else the board's own.
    func image(for board: BoardDefinition) throws(WorkbenchError) -> LoaderImage {
        if let path = request.loader { return try Self.read(path) }
        return try Self.read(path(ofLoader: board.loader))
    }

    static func read(_ path: String) throws(WorkbenchError) -> LoaderImage {
        let bytes = try HostFile.read(path, limit: loaderLimit)
        let name = path.split(separator: "/").last.map(String.init) ?? path
        return try doing("reading \(path)") { () throws(LoaderImageError) in
            try LoaderImage(reading: bytes, fileName: name)
        }
    }

    private func path(ofLoader name: String) throws(WorkbenchError) -> String {
        if name.contains("/") { return name }
        let stem = name.hasSuffix(".stldr") ? String(name.dropLast(6)) : name
        guard let path = request.paths.files(stem, in: "loaders", extensions: ["stldr"]).last else {
            throw .configurationMissing(
                kind: "loader", name: name, known: request.paths.names(in: "loaders", extension: "stldr"),
                searched: request.paths.roots)
        }
        return path
    }
}
