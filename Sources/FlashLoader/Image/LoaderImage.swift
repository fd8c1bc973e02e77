// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import ObjectFiles

/// A loader file as parsed: nothing is on the target yet.
package struct LoaderImage: Sendable {
    package struct Piece: Sendable, Hashable {
        package var address: UInt32
        package var bytes: [UInt8]
        package init(address: UInt32, bytes: [UInt8]) { (self.address, self.bytes) = (address, bytes) }
        package var end: UInt64 { UInt64(address) + UInt64(bytes.count) }
    }
    package var fileName: String
    /// What must be in RAM, .bss as zeros, StorageInfo left out; in address order, disjoint.
    package var pieces: [Piece]
    /// Addresses without the Thumb bit.
    package var functions: [LoaderFunction: UInt32]
    package var storage: StorageInfo
    /// What in `pieces` are zeros that the file does not hold.
    package var zeroFilled: [Range<UInt64>] = []
    /// Where code is, which nothing may change.
    package var code: [Range<UInt64>] = []
    /// Nil when the loader was not read from a file.
    package var symbols: SymbolTable?
    /// Where a heap begins that grows up as far as it can, as newlib's does; nil when the loader has none.
    package var heapStart: UInt32?
    /// What is unusual about the file but no reason to refuse it.
    package var warnings: [LoaderWarning] = []

    package init(
        fileName: String, pieces: [Piece], functions: [LoaderFunction: UInt32], storage: StorageInfo
    ) {
        (self.fileName, self.pieces, self.functions, self.storage) = (fileName, pieces, functions, storage)
    }

    /// From the lowest byte in RAM to one past the highest; nil when there is none.
    package var span: Range<UInt64>? {
        guard let first = pieces.first, let last = pieces.last else { return nil }
        return UInt64(first.address)..<last.end
    }
    /// Bytes that end up in RAM.
    package var byteCount: Int { pieces.reduce(0) { $0 + $1.bytes.count } }

    /// What is loaded to a range; nil unless one piece holds all of it.
    func bytes(in range: Range<UInt64>) -> ArraySlice<UInt8>? {
        for piece in pieces where UInt64(piece.address) <= range.lowerBound && range.upperBound <= piece.end {
            let start = Int(range.lowerBound - UInt64(piece.address))
            return piece.bytes[start..<start + range.count]
        }
        return nil
    }

    /// `Write+0x1c (Loader_Src.c:80)`, or the bare address.
    package func describe(_ address: UInt32) -> String {
        symbols?.describe(address) ?? "0x" + String(address & ~1, radix: 16)
    }
}

/// Something about a loader file that a person should know; others have tripped over it.
package enum LoaderWarning: Hashable, Sendable {
    /// The sector table and the size disagree.
    case sectorsDoNotSum(described: UInt64, size: UInt32)
    case unusualPageSize(UInt32)
    /// The vendor's tool wants the names to agree for a mass erase.
    case nameDiffersFromFile(deviceName: String)
    /// Memory that has to be zeroed; the vendor's tool clears 0x200 bytes behind the image and no more.
    case needsZeroedMemory(bytes: Int)
    /// A function with more locals than the vendor's tool gives a loader stack.
    case largeFrame(function: String, bytes: Int)
    /// No word is free below the image for the vendor tool's breakpoint.
    case noFreeWordBelow(UInt32)
    case missing(LoaderFunction)
    case noThumbBit(LoaderFunction)
    /// The file has a whole application's start-up code or vector table.
    case isApplication(symbol: String)
    /// Neither memory-mapped by type nor readable by a function.
    case noWayToRead
}
