// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Compiled twice, for the host and for the target: what one packs the other unpacks.

/// Packs and unpacks blocks in the LZ4 block format (lz4_Block_format.md of the reference implementation).
///
/// A block is a chain of sequences: a token (literals in the upper half, match length less four in the lower), longer
/// lengths in bytes of 255, the literals, and two bytes of how far back the match lies. The last sequence ends behind its
/// literals, of which there are at least five.
enum LZ4Block {
    /// Entries of two bytes that ``compress(_:_:to:limit:_:)`` works with.
    static var tableCount: Int { 4096 }
    /// An entry that nothing was put into.
    static var empty: UInt16 { .max }
    /// Most bytes of a block that is compressed: positions are kept in 16 bits.
    static var largest: Int { 0xFFFF }
    /// How far the packed bytes must end behind the unpacked ones, to be unpacked in place.
    static var margin: Int { 192 }

    private static var shortestMatch: Int { 4 }
    /// No match begins in the last twelve bytes or reaches into the last five.
    private static var lastMatch: Int { 12 }
    private static var lastLiterals: Int { 5 }
    /// Where nothing matches the search takes longer and longer steps.
    private static var patience: Int { 6 }

    // MARK: Packing

    /// Packs `count` bytes; the table is full of ``empty``.
    ///
    /// - Returns: how many bytes they became; 0 when those would not fit into `limit`.
    static func compress(
        _ input: UnsafePointer<UInt8>, _ count: Int, to output: UnsafeMutablePointer<UInt8>, limit: Int,
        _ table: UnsafeMutablePointer<UInt16>
    ) -> Int {
        guard count > 0, count <= largest else { return 0 }
        var (position, anchor, written) = (0, 0, 0)
        var misses = 1 << patience
        while position &+ lastMatch < count {
            let sequence = unsafe word(input, position)
            let entry = Int(truncatingIfNeeded: (sequence &* 2_654_435_761) >> 20)
            let candidate = Int(unsafe table[entry])
            unsafe table[entry] = UInt16(truncatingIfNeeded: position)
            guard candidate < position, unsafe word(input, candidate) == sequence else {
                position &+= misses >> patience
                misses &+= 1
                continue
            }
            misses = 1 << patience
            let length = unsafe matchLength(input, candidate, position, count &- lastLiterals)
            written = unsafe append(
                input, anchor, position &- anchor, length, position &- candidate, to: output, written, limit)
            guard written > 0 else { return 0 }
            position &+= length
            anchor = position
        }
        return unsafe append(input, anchor, count &- anchor, 0, 0, to: output, written, limit)
    }

    @inline(__always) private static func word(_ bytes: UnsafePointer<UInt8>, _ position: Int) -> UInt32 {
        unsafe UnsafeRawPointer(bytes + position).loadUnaligned(as: UInt32.self)
    }

    private static func matchLength(
        _ input: UnsafePointer<UInt8>, _ candidate: Int, _ position: Int, _ end: Int
    ) -> Int {
        var length = shortestMatch
        while position &+ length &+ 4 <= end,
            unsafe word(input, candidate &+ length) == word(input, position &+ length)
        {
            length &+= 4
        }
        while position &+ length < end, unsafe input[candidate &+ length] == input[position &+ length] {
            length &+= 1
        }
        return length
    }

    /// Writes one sequence; a `length` of zero is the last.
    ///
    /// - Returns: bytes written in all; 0 when it does not fit.
    private static func append(
        _ input: UnsafePointer<UInt8>, _ start: Int, _ literals: Int, _ length: Int, _ distance: Int,
        to output: UnsafeMutablePointer<UInt8>, _ written: Int, _ limit: Int
    ) -> Int {
        let beyond = max(0, length &- shortestMatch)
        guard written &+ 5 &+ literals &+ literals / 255 &+ beyond / 255 <= limit else { return 0 }
        var next = written &+ 1
        unsafe output[written] = UInt8(truncatingIfNeeded: min(literals, 15) << 4 | min(beyond, 15))
        next = unsafe appendLength(literals, to: output, next)
        unsafe copy(input + start, literals, to: output + next)
        next &+= literals
        guard length > 0 else { return next }
        unsafe output[next] = UInt8(truncatingIfNeeded: distance)
        unsafe output[next &+ 1] = UInt8(truncatingIfNeeded: distance >> 8)
        return unsafe appendLength(beyond, to: output, next &+ 2)
    }

    private static func appendLength(_ length: Int, to output: UnsafeMutablePointer<UInt8>, _ place: Int)
        -> Int
    {
        var (left, next) = (length &- 15, place)
        guard left >= 0 else { return next }
        while left >= 255 {
            unsafe output[next] = 255
            next &+= 1
            left &-= 255
        }
        unsafe output[next] = UInt8(truncatingIfNeeded: left)
        return next &+ 1
    }

    /// Forwards, so that what is copied may lie on what was copied before.
    @inline(__always) private static func copy(
        _ source: UnsafePointer<UInt8>, _ count: Int, to target: UnsafeMutablePointer<UInt8>
    ) {
        var done = 0
        while done &+ 4 <= count {
            unsafe UnsafeMutableRawPointer(target + done).storeBytes(
                of: word(source, done), as: UInt32.self)
            done &+= 4
        }
        while done < count {
            unsafe target[done] = source[done]
            done &+= 1
        }
    }

    // MARK: Unpacking

    /// Unpacks a block that must give exactly `count` bytes.
    ///
    /// `input` may be the end of the output's own memory, ``margin`` bytes behind its last.
    ///
    /// - Returns: false where the block is not whole, or not of that many bytes; nothing else is touched even then.
    static func decompress(
        _ input: UnsafePointer<UInt8>, _ size: Int, to output: UnsafeMutablePointer<UInt8>, _ count: Int
    ) -> Bool {
        var (next, done) = (0, 0)
        while next < size {
            let token = Int(unsafe input[next])
            next &+= 1
            guard let literals = unsafe length(token >> 4, input, size, &next),
                literals <= size &- next, literals <= count &- done
            else { return false }
            unsafe copy(input + next, literals, to: output + done)
            next &+= literals
            done &+= literals
            if next == size { return done == count }
            guard next &+ 2 <= size else { return false }
            let distance = Int(unsafe input[next]) | Int(unsafe input[next &+ 1]) << 8
            next &+= 2
            guard let beyond = unsafe length(token & 15, input, size, &next),
                distance > 0, distance <= done, beyond &+ shortestMatch <= count &- done
            else { return false }
            unsafe repeatBytes(output + done, distance, beyond &+ shortestMatch)
            done &+= beyond &+ shortestMatch
        }
        return false
    }

    private static func length(
        _ start: Int, _ input: UnsafePointer<UInt8>, _ size: Int, _ next: inout Int
    ) -> Int? {
        guard start == 15 else { return start }
        var length = start
        while next < size {
            let byte = Int(unsafe input[next])
            next &+= 1
            length &+= byte
            if byte != 255 { return length }
            guard length <= largest else { return nil }
        }
        return nil
    }

    @inline(__always) private static func repeatBytes(
        _ target: UnsafeMutablePointer<UInt8>, _ distance: Int, _ count: Int
    ) {
        if distance >= 4 { return unsafe copy(target - distance, count, to: target) }
        var done = 0
        while done < count {
            unsafe target[done] = unsafe target[done &- distance]
            done &+= 1
        }
    }
}
