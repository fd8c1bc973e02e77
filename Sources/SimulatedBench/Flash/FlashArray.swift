// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The cells of a NOR flash: in memory, or in a file that changes as they do.
///
/// In memory they are kept inverted, so that memory fresh from the operating system is an erased chip and costs nothing
/// until it is programmed; a file holds them as they read.
struct FlashArray: ~Copyable {
    let count: Int
    private let bytes: UnsafeMutablePointer<UInt8>
    /// What a cell's byte differs by from what it reads as.
    private let inversion: UInt8
    /// Nil: the memory is ours.
    private let file: MappedFile?
    /// Cells that hold one value whatever is done to them.
    var worn: (address: Int, value: UInt8)?

    /// Erased cells; `count` must be a power of two.
    init(count: Int) {
        precondition(count > 0 && count & (count - 1) == 0)
        guard let memory = calloc(count, 1) else { preconditionFailure("no memory for \(count) cells") }
        self.count = count
        bytes = memory.assumingMemoryBound(to: UInt8.self)
        (inversion, file) = (0xFF, nil)
    }
    /// The cells of a file, whose size must be a power of two.
    init(_ file: MappedFile) {
        precondition(file.count > 0 && file.count & (file.count - 1) == 0)
        (count, bytes, inversion, self.file) = (file.count, file.bytes, 0, file)
    }
    deinit { if file == nil { free(bytes) } }

    /// Addresses wrap at the end of the array.
    @inline(__always) subscript(address: Int) -> UInt8 {
        let place = address & (count - 1)
        if let worn, worn.address == place { return worn.value }
        return bytes[place] ^ inversion
    }
    /// Programming can only clear bits.
    mutating func program(_ value: UInt8, at address: Int) {
        let place = address & (count - 1)
        bytes[place] = (bytes[place] ^ inversion) & value ^ inversion
    }
    mutating func erase(_ range: Range<Int>) {
        let range = range.clamped(to: 0..<count)
        (bytes + range.lowerBound).update(repeating: 0xFF ^ inversion, count: range.count)
    }

    /// Leaves the cells in no defined state: an erase or program that was cut off.
    mutating func scramble(_ range: Range<Int>, _ random: inout SeededGenerator) {
        for address in range.clamped(to: 0..<count) {
            bytes[address] = UInt8(truncatingIfNeeded: random.next() >> 17) ^ inversion ^ 0xFF
        }
    }

    /// What the cells read as.
    var contents: [UInt8] {
        var bytes = programmed
        if let worn { bytes[worn.address] = worn.value }
        return bytes
    }
    /// What the cells were told to hold, worn ones too.
    var programmed: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            for index in 0..<count { buffer[index] = bytes[index] ^ inversion }
            initialized = count
        }
    }
    /// Sets the cells from the first on; those beyond `contents` are erased.
    mutating func load(_ contents: [UInt8]) {
        for index in 0..<min(count, contents.count) where bytes[index] != contents[index] ^ inversion {
            bytes[index] = contents[index] ^ inversion
        }
        erase(min(count, contents.count)..<count)
    }
}
