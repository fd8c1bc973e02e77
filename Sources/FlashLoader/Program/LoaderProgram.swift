// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import ObjectFiles

/// Code and data for the target's RAM, as a loader file holds them: nothing is on the target yet.
///
/// How its functions are called is a ``LoaderABI``'s business, and what it says of its flash a ``FlashStatement``'s.
package struct LoaderProgram: Sendable {
    package struct Piece: Sendable, Hashable {
        package var address: UInt32
        package var bytes: [UInt8]
        package init(address: UInt32, bytes: [UInt8]) { (self.address, self.bytes) = (address, bytes) }
        package var end: UInt64 { UInt64(address) + UInt64(bytes.count) }
    }
    package var fileName: String
    /// What must be in RAM, .bss as zeros, the description of the flash left out; in address order, disjoint.
    package var pieces: [Piece]
    /// Functions by their symbols' names; addresses without the Thumb bit.
    package var entries: [String: UInt32]
    /// What in `pieces` are zeros that the file does not hold.
    package var zeroFilled: [Range<UInt64>] = []
    /// Where code is, which nothing may change.
    package var code: [Range<UInt64>] = []
    /// What in `code` are data, as far as the file says: literals, tables.
    package var literals: [Range<UInt64>] = []
    /// Nil when the loader was not read from a file.
    package var symbols: SymbolTable?
    /// Where a heap begins that grows up as far as it can, as newlib's does; nil when the loader has none.
    package var heapStart: UInt32?
    /// Whether it runs at any address.
    package var isPositionIndependent = false
    /// What R9 has to hold: the start of data that is addressed relative to it; nil for a program that needs none.
    package var staticBase: UInt32?
    /// What was added to the addresses of the file.
    private var displacement: UInt32 = 0
    /// What is unusual about the file but no reason to refuse it.
    package var warnings: [LoaderWarning] = []

    package init(fileName: String, pieces: [Piece], entries: [String: UInt32] = [:]) {
        (self.fileName, self.pieces, self.entries) = (fileName, pieces, entries)
    }

    /// From the lowest byte in RAM to one past the highest; nil when there is none.
    package var span: Range<UInt64>? {
        guard let first = pieces.first, let last = pieces.last else { return nil }
        return UInt64(first.address)..<last.end
    }
    /// Bytes that end up in RAM.
    package var byteCount: Int { pieces.reduce(0) { $0 + $1.bytes.count } }

    package func entry(of function: LoaderFunction) -> UInt32? { entries[function.rawValue] }

    /// What is loaded to a range; nil unless one piece holds all of it.
    package func bytes(in range: Range<UInt64>) -> ArraySlice<UInt8>? {
        for piece in pieces where UInt64(piece.address) <= range.lowerBound && range.upperBound <= piece.end {
            let start = Int(range.lowerBound - UInt64(piece.address))
            return piece.bytes[start..<start + range.count]
        }
        return nil
    }

    // MARK: Names of places

    /// The function that holds an address.
    package func function(at address: UInt32) -> SymbolTable.Function? {
        guard var function = symbols?.function(at: address &- displacement) else { return nil }
        function.address &+= displacement
        return function
    }
    package func line(at address: UInt32) -> SourceLine? { symbols?.line(at: address &- displacement) }

    /// `Write+0x1c (Loader_Src.c:80)`, or the bare address.
    package func describe(_ address: UInt32) -> String {
        guard function(at: address) != nil || line(at: address) != nil, let symbols else {
            return "0x" + String(address & ~1, radix: 16)
        }
        return symbols.describe(address &- displacement)
    }

    /// Where an address of the file is now.
    func placed(_ address: UInt32) -> UInt32 { address &+ displacement }

    // MARK: Moving

    /// The same program with its first byte elsewhere.
    ///
    /// - Precondition: it is position-independent, and `base` leaves room for all of it below 4 GiB.
    package func moved(to base: UInt32) -> LoaderProgram {
        precondition(isPositionIndependent, "linked to its addresses")
        guard let first = pieces.first?.address else { return self }
        let distance = base &- first
        var moved = self
        for index in moved.pieces.indices { moved.pieces[index].address &+= distance }
        for (name, address) in entries { moved.entries[name] = address &+ distance }
        moved.zeroFilled = zeroFilled.map { Self.move($0, by: distance) }
        moved.code = code.map { Self.move($0, by: distance) }
        moved.literals = literals.map { Self.move($0, by: distance) }
        moved.heapStart = heapStart.map { $0 &+ distance }
        moved.staticBase = staticBase.map { $0 &+ distance }
        moved.displacement = displacement &+ distance
        return moved
    }
    private static func move(_ range: Range<UInt64>, by distance: UInt32) -> Range<UInt64> {
        let start = UInt64(UInt32(truncatingIfNeeded: range.lowerBound) &+ distance)
        return start..<start + UInt64(range.count)
    }
}
