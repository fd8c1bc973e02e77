// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Testing

@testable import FlashLoader

@Suite struct `The open calls on a stack` {
    /// 4 KiB of code in which a BL ends before 0x24000104, 0x24000204 and so on, and a BLX before 0x24000182.
    private var image: LoaderProgram {
        var bytes = [UInt8](repeating: 0, count: 4096)
        for call in stride(from: 0x100, to: 0x1000, by: 0x100) {
            // BL, four bytes.
            bytes.replaceSubrange(call..<call + 4, with: [0x00, 0xF0, 0x10, 0xF8])
        }
        bytes.replaceSubrange(0x180..<0x182, with: [0xA0, 0x47])
        var image = LoaderProgram(
            fileName: "made-up.stldr", pieces: [.init(address: 0x2400_0000, bytes: bytes)], entries: [:])
        image.code = [0x2400_0000..<0x2400_1000]
        return image
    }
    private func trace(_ words: [UInt32]) -> CallTrace {
        CallTrace(words, at: 0x2407_8000, stackPointer: 0x2407_8000, in: image)
    }

    @Test func `a return address is odd, in the code and behind a call`() {
        let trace = trace([
            0x2400_0105, 0x2400_0104, 0x2400_0107, 0x2400_0183, 0x0800_0105, 0xDEAD_F00D, 0x2400_0001,
        ])
        #expect(trace.calls.map(\.returnAddress) == [0x2400_0104, 0x2400_0182])
        #expect(trace.calls.map(\.place) == [0x2407_8000, 0x2407_800C])
    }

    @Test(arguments: 1...4, 0...2) func `a circle is found behind a few leaves`(period: Int, leaves: Int) {
        let round = (0..<period).map { 0x2400_0205 + 0x100 * UInt32($0) }
        let inner = (0..<leaves).map { 0x2400_0A05 + 0x100 * UInt32($0) }
        let words = inner + (0..<20).flatMap { _ in round + [7, 0x9000_0000] } + [0x2400_0105]
        let recursion = trace(words).recursion
        #expect(recursion?.round.map { $0.returnAddress | 1 } == round)
        #expect(recursion?.count == 20)
    }

    @Test func `a few equal calls are no circle`() {
        #expect(trace([0x2400_0105, 0x2400_0105, 0x2400_0105]).recursion == nil)
        #expect(trace([]).recursion == nil)
        #expect(trace((1..<15).map { 0x2400_0005 + 0x100 * $0 }).recursion == nil)
    }

    @Test func `the largest frame belongs to the function between two return addresses`() {
        var words = [UInt32](repeating: 0, count: 100)
        (words[3], words[80], words[90]) = (0x2400_0105, 0x2400_0205, 0x2400_0305)
        let frame = trace(words).largestFrame(innermost: 0x2400_0042)
        // Called at 0x24000100, and it had 77 words until its own return address.
        #expect(frame.place == 0x2400_0102)
        #expect(frame.size == 4 * 77)
        // A leaf that saved nothing has all there is.
        #expect(trace([UInt32](repeating: 1, count: 10)).largestFrame(innermost: 0x2400_0042).size == 40)
    }
}
