// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashLoader
import HardwareDescription

/// A loader that was made and written.
package struct LoaderExportReport: JobReport {
    /// As it was named.
    package let file: String
    package let format: String
    package let board: String
    package let target: String
    /// The flash part that it is made for, in words.
    package let flash: String
    /// Chips that work as one memory.
    package let chips: Int
    package let storage: LoaderReport.Storage

    init(_ made: LoaderFile, path: String, board: BoardDefinition, flash: String) {
        (file, format, self.board, target) = (path, made.abi.format.rawValue, board.name, board.target)
        (self.flash, chips, storage) = (flash, board.mode == .dual ? 2 : 1, LoaderReport.Storage(made.flash))
    }

    package static let schema = Schema.object([
        .key("file", .text(), "The file that was written."),
        .key("format", .word(LoaderFormat.allCases.map(\.rawValue)), "Whose interface it has."),
        .key("board", .text(), "The board."),
        .key("target", .text(), "The board's target."),
        .key("flash", .text(), "The flash part."),
        .key("chips", .count, "How many of them work as one memory."),
        .key("storage", LoaderReport.Storage.schema, "What the file says of its flash."),
    ])
}
