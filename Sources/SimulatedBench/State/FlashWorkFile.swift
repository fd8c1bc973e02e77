// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Synchronization

/// What a flash is busy with, in a mapped file: who finds an entry there finds a flash that lost its supply meanwhile.
///
/// A title, then entries of fixed size: a byte that says whether the entry counts, the kind, the first cell and their
/// number (8 bytes each, least significant first), and for a program the bytes of the page, FFh where there was none.
final class FlashWorkFile {
    struct Entry {
        var isProgram: Bool
        var range: Range<Int>
        /// Of a program.
        var bytes: [UInt8]
    }
    static let title = "extflash simulated flash work 1\n"
    /// A die has one operation that runs and one that is suspended.
    private static let entries = 16
    private static let headerSize = 64
    private static let largestPage = 1024
    private static let entrySize = 64 + largestPage
    static let fileSize = (headerSize + entries * entrySize + 4095) / 4096 * 4096

    private let file: MappedFile

    /// A new file's bytes.
    static var blank: [UInt8] {
        Array(title.utf8) + [UInt8](repeating: 0, count: fileSize - title.utf8.count)
    }

    /// Throws `BenchError.stateForeign` for a file that is none of these.
    init(_ file: MappedFile) throws(BenchError) {
        self.file = file
        guard
            Self.title.utf8.elementsEqual(
                UnsafeBufferPointer(start: file.bytes, count: Self.title.utf8.count))
        else {
            throw .stateForeign(path: file.path, detail: "it is not a file of this version of the simulator")
        }
    }

    // MARK: Entries

    /// The operation begins; gives the place of its entry, nil if there is no room for it.
    func begin(_ entry: Entry) -> Int? {
        guard let place = (0..<Self.entries).first(where: { pointer(to: $0)[0] == 0 }),
            entry.bytes.count <= Self.largestPage
        else { return nil }
        let start = pointer(to: place)
        start[1] = entry.isProgram ? 1 : 2
        store(UInt64(entry.range.lowerBound), at: start + 8)
        store(UInt64(entry.range.count), at: start + 16)
        for (offset, byte) in entry.bytes.enumerated() { start[64 + offset] = byte }
        // The entry is whole before it counts.
        atomicMemoryFence(ordering: .releasing)
        start[0] = 1
        atomicMemoryFence(ordering: .releasing)
        return place
    }
    /// What the operation did is in the cells.
    func end(_ place: Int) {
        atomicMemoryFence(ordering: .releasing)
        pointer(to: place)[0] = 0
    }

    /// The entries that count, by their places; for a flash of `count` cells.
    ///
    /// Throws `BenchError.stateForeign` for one that cannot be of such a flash.
    func open(count: Int) throws(BenchError) -> [(place: Int, entry: Entry)] {
        var found: [(place: Int, entry: Entry)] = []
        for place in 0..<Self.entries {
            let start = pointer(to: place)
            guard start[0] != 0 else { continue }
            let (first, length) = (load(start + 8), load(start + 16))
            guard start[0] == 1, [1, 2].contains(start[1]), first <= UInt64(count),
                length <= UInt64(count) - first, start[1] == 2 || length <= UInt64(Self.largestPage)
            else { throw .stateForeign(path: file.path, detail: "its entry \(place + 1) is damaged") }
            let range = Int(first)..<Int(first + length)
            let bytes = start[1] == 1 ? (0..<range.count).map { start[64 + $0] } : []
            found.append((place, Entry(isProgram: start[1] == 1, range: range, bytes: bytes)))
        }
        return found
    }

    func synchronize() throws(BenchError) { try file.synchronize() }

    private func pointer(to place: Int) -> UnsafeMutablePointer<UInt8> {
        file.bytes + Self.headerSize + place * Self.entrySize
    }
    private func store(_ value: UInt64, at place: UnsafeMutablePointer<UInt8>) {
        for index in 0..<8 { place[index] = UInt8(truncatingIfNeeded: value >> UInt64(8 * index)) }
    }
    private func load(_ place: UnsafeMutablePointer<UInt8>) -> UInt64 {
        (0..<8).reduce(0) { $0 | UInt64(place[$1]) << UInt64(8 * $1) }
    }
}
