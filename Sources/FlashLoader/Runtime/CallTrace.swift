// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The calls that are open on a stack, innermost first, as far as its words show them.
///
/// Loaders come without unwind tables, so a frame is known by its return address: an odd word that leads behind a BL or
/// BLX in the loader's code. A word that only looks like one is rare, and so few that cycles show all the same.
struct CallTrace: Hashable, Sendable {
    struct Call: Hashable, Sendable {
        /// Where the call returns to, without the Thumb bit.
        var returnAddress: UInt32
        /// Address of the word on the stack.
        var place: UInt32

        /// The call instruction, nearly enough for function and line.
        var caller: UInt32 { returnAddress &- 2 }
    }
    /// Functions that call each other in a circle.
    struct Recursion: Hashable, Sendable {
        /// The calls of one round.
        var round: [Call]
        /// How many rounds are open.
        var count: Int
    }

    private(set) var calls: [Call] = []
    private let stackPointer: UInt32
    private let top: UInt32

    /// - Parameters:
    ///   - words: the stack from `address` to its top.
    ///   - address: of the first word.
    ///   - stackPointer: at `address`, or below it where not all of the stack was read.
    ///   - program: the loader, whose code the return addresses lead into.
    init(_ words: [UInt32], at address: UInt32, stackPointer: UInt32, in program: LoaderProgram) {
        self.stackPointer = stackPointer
        top = address &+ 4 * UInt32(words.count)
        let code = program.code.compactMap { range in program.bytes(in: range).map { (range, $0) } }
        for (index, word) in words.enumerated() where word & 1 == 1 {
            let target = UInt64(word & ~1)
            guard let (range, bytes) = code.first(where: { $0.0.contains(target) }),
                Self.isCall(before: Int(target - range.lowerBound), in: bytes)
            else { continue }
            calls.append(Call(returnAddress: word & ~1, place: address &+ 4 * UInt32(index)))
        }
    }

    /// BL and BLX as ARMv7-M ARM §A7.7.18 and §A7.7.19 encode them.
    private static func isCall(before offset: Int, in bytes: ArraySlice<UInt8>) -> Bool {
        func halfword(_ offset: Int) -> UInt16? {
            guard offset >= 0, offset + 1 < bytes.count else { return nil }
            let index = bytes.startIndex + offset
            return UInt16(bytes[index]) | UInt16(bytes[index + 1]) << 8
        }
        if let high = halfword(offset - 4), let low = halfword(offset - 2), high & 0xF800 == 0xF000,
            low & 0xD000 == 0xD000
        {
            return true
        }
        return halfword(offset - 2).map { $0 & 0xFF87 == 0x4780 } ?? false
    }

    private static let longestRound = 8
    /// Calls of innermost functions that are not part of the circle.
    private static let mostLeaves = 4
    /// Fewer may be chance, or recursion that is meant.
    private static let fewestRounds = 4

    /// The shortest circle that the innermost calls go round in.
    var recursion: Recursion? {
        for period in 1...Self.longestRound {
            for first in 0...Self.mostLeaves {
                var end = first
                while end + period < calls.count,
                    calls[end].returnAddress == calls[end + period].returnAddress
                { end += 1 }
                let rounds = (end - first) / period + 1
                guard rounds >= Self.fewestRounds else { continue }
                return Recursion(round: Array(calls[first..<first + period]), count: rounds)
            }
        }
        return nil
    }

    /// The function with the most stack for itself.
    ///
    /// - Parameter place: where the core stood, in the innermost function.
    /// - Returns: a place in the function, and the bytes that it has.
    func largestFrame(innermost place: UInt32) -> (place: UInt32, size: Int) {
        var (start, function) = (stackPointer, place)
        var largest = (place: place, size: 0)
        // The outermost ends at the top: its return address is not one into the loader.
        let ends: [(UInt32, UInt32)] = calls.map { ($0.place &+ 4, $0.caller) } + [(top, 0)]
        for (end, caller) in ends {
            let size = Int(end) - Int(start)
            if size > largest.size { largest = (function, size) }
            (start, function) = (end, caller)
        }
        return largest
    }
}
