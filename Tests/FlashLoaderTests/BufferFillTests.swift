// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Testing

@testable import FlashLoader

@Suite struct `A buffer that was filled` {
    private let pattern: [UInt8] = [0x3C, 0xC3, 0xA5, 0x5A]

    @Test func `shows the first word that nobody wrote`() {
        let written: [UInt8] = [1, 2, 3, 4]
        func first(_ bytes: [UInt8]) -> Int? {
            BufferFill.firstUntouched(bytes, pattern: BufferFill.pattern)
        }
        #expect(first([]) == nil)
        #expect(first(written + written) == nil)
        #expect(first(pattern) == 0)
        #expect(first(written + pattern + written) == 4)
        // The pattern elsewhere than on a word is no untouched word.
        #expect(first([1, 2] + pattern + [3, 4]) == nil)
        #expect(first(written + Array(pattern.dropLast()) + [0]) == nil)
    }

    @Test func `shows a rest of a word at its end`() {
        for count in 1...3 {
            let bytes = [9, 9, 9, 9] + pattern.prefix(count)
            #expect(BufferFill.firstUntouched(bytes, pattern: BufferFill.pattern) == 4)
        }
        #expect(BufferFill.firstUntouched([9, 9, 9, 9, 0x3C, 0], pattern: BufferFill.pattern) == nil)
    }
}
