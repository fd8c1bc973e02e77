// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import FlashLoader
import ObjectFiles

/// The machine code of a loader for any board, as the build made it, while its records are filled in.
struct LoaderImage {
    private(set) var bytes: [UInt8]
    private let file: ELFFile

    init(_ format: LoaderFormat) throws(BoardLoaderError) {
        let name = format == .st ? "board-loader.elf" : "board-algorithm.elf"
        guard let bytes = EmbeddedFiles.bytes(of: name) else { throw .programMissing }
        do throws(ImageError) { file = try ELFFile(bytes, name: name) } catch {
            throw .programUnreadable(error)
        }
        self.bytes = bytes
    }

    /// Puts `record` where a symbol is.
    mutating func fill(_ symbol: String, with record: [UInt8]) throws(BoardLoaderError) {
        guard let place = file.symbol(named: symbol).flatMap({ file.bytes(at: $0, count: record.count) }),
            place.count == record.count
        else { throw .programMissing }
        bytes.replaceSubrange(place.indices, with: record)
    }
}
