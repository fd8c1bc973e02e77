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

/// The cells of a NOR flash.
///
/// Kept inverted, so that memory fresh from the operating system is an erased chip and costs nothing until it is
/// programmed.
struct FlashArray: ~Copyable {
    let count: Int
    private let inverted: UnsafeMutablePointer<UInt8>
    /// Cells that hold one value whatever is done to them.
    var worn: (address: Int, value: UInt8)?

    /// `count` must be a power of two.
    init(count: Int) {
        precondition(count > 0 && count & (count - 1) == 0)
        guard let memory = calloc(count, 1) else { preconditionFailure("no memory for \(count) cells") }
        self.count = count
        inverted = memory.assumingMemoryBound(to: UInt8.self)
    }
    deinit { free(inverted) }

    /// Addresses wrap at the end of the array.
    @inline(__always) subscript(address: Int) -> UInt8 {
        let place = address & (count - 1)
        if let worn, worn.address == place { return worn.value }
        return ~inverted[place]
    }
    /// Programming can only clear bits.
    mutating func program(_ value: UInt8, at address: Int) { inverted[address & (count - 1)] |= ~value }
    mutating func erase(_ range: Range<Int>) {
        let range = range.clamped(to: 0..<count)
        (inverted + range.lowerBound).update(repeating: 0, count: range.count)
    }

    /// Leaves the cells in no defined state: an erase or program that was cut off.
    mutating func scramble(_ range: Range<Int>, _ random: inout SeededGenerator) {
        for address in range.clamped(to: 0..<count) {
            inverted[address] = UInt8(truncatingIfNeeded: random.next() >> 17)
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
            for index in 0..<count { buffer[index] = ~inverted[index] }
            initialized = count
        }
    }
    /// Sets the cells from the first on; those beyond `bytes` are erased.
    mutating func load(_ bytes: [UInt8]) {
        for index in 0..<min(count, bytes.count) where inverted[index] != ~bytes[index] {
            inverted[index] = ~bytes[index]
        }
        erase(min(count, bytes.count)..<count)
    }
}
