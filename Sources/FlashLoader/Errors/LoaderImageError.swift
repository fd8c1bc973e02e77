// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import ObjectFiles

/// Why a file cannot be used as a loader.
package enum LoaderImageError: Error, Hashable, Sendable {
    case notReadable(ImageError)
    /// The symbol table is gone; the entry points are found by name only.
    case noSymbols(file: String)
    case noStorageInfo(file: String)
    /// The symbol is there, but the bytes it names are not in the file, or not enough of them.
    case storageInfoIncomplete(file: String, found: Int)
    case storageInfoEmpty(file: String)
    /// It describes no flash that could be worked with.
    case storageInfoUnusable(file: String, StorageInfo.Problem)
    case functionMissing(file: String, LoaderFunction)
    /// An entry point is not in what gets loaded.
    case functionOutsideImage(file: String, LoaderFunction, address: UInt32)
    /// Two sections want the same RAM.
    case sectionsOverlap(file: String, first: String, second: String)
    /// No loader is that large; the file is damaged or no loader at all.
    case tooLarge(file: String, bytes: UInt64, limit: UInt64)
    case nothingToLoad(file: String)
}
