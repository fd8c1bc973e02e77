// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugAccess
import Essentials

extension Core {
    /// What an unused stack holds: an odd address that no memory of the part has.
    static let stackPattern: UInt32 = 0xDEAD_F00D
    /// Bytes at the low end that a call must leave alone.
    static let stackGuard = 32

    /// Fills a stack with a pattern, so that overflow and highest use can be seen.
    ///
    /// Once per stack, not per call.
    package func prepareStack(_ stack: Range<UInt32>) throws(CoreError) {
        let words = Array(repeating: Self.stackPattern, count: stack.count / 4)
        try access(.stack) { () throws(DebugAccessError) in
            try memory.writeWords(words, at: stack.lowerBound)
        }
        preparedStack = stack
    }

    /// Most bytes of a prepared stack that were ever used; nil when it was not prepared.
    package func stackHighWaterMark(_ stack: Range<UInt32>) throws(CoreError) -> Int? {
        guard preparedStack == stack else { return nil }
        let words = try access(.stack) { () throws(DebugAccessError) in
            try memory.readWords(stack.count / 4, at: stack.lowerBound)
        }
        let untouched = words.prefix { $0 == Self.stackPattern }.count
        return stack.count - untouched * 4
    }

    /// Whether the guard words of a prepared stack are still the pattern.
    func stackIsIntact(_ stack: Range<UInt32>) throws(CoreError) -> Bool {
        guard preparedStack == stack else { return true }
        let count = min(Self.stackGuard, stack.count) / 4
        let words = try access(.stack) { () throws(DebugAccessError) in
            try memory.readWords(count, at: stack.lowerBound)
        }
        return words.allSatisfy { $0 == Self.stackPattern }
    }
}
