// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import ObjectFiles

/// Why a file cannot be used as a loader.
package enum LoaderFileError: Error, Hashable, Sendable {
    case notReadable(ImageError)
    /// The symbol table is gone; the entry points are found by name only.
    case noSymbols(file: String)
    /// Neither StorageInfo nor FlashDevice.
    case noStatement(file: String)
    /// The symbol is there, but the bytes it names are not in the file, or not enough of them.
    case statementIncomplete(file: String, FlashStatement.Record, found: Int)
    case statementEmpty(file: String, FlashStatement.Record)
    /// It describes no flash that could be worked with.
    case statementUnusable(file: String, FlashStatement.Record, FlashStatement.Problem)
    case functionMissing(file: String, LoaderFunction)
    /// An entry point is not in what gets loaded.
    case functionOutsideImage(file: String, LoaderFunction, address: UInt32)
    /// Two sections want the same RAM.
    case sectionsOverlap(file: String, first: String, second: String)
    /// No loader is that large; the file is damaged or no loader at all.
    case tooLarge(file: String, bytes: UInt64, limit: UInt64)
    case nothingToLoad(file: String)
}
