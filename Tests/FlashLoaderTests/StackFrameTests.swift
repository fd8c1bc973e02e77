// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import TestLoaders
import Testing

@testable import FlashLoader

@Suite struct `Frames read off the code` {
    private func sizes(_ code: [UInt16], literal: UInt32 = 0) -> [Int] {
        var bytes = code.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
        if bytes.count % 4 != 0 { bytes += [0x00, 0xBF] }
        bytes += (0..<4).map { UInt8(truncatingIfNeeded: literal >> (8 * $0)) }
        var image = LoaderProgram(
            fileName: "made-up.stldr", pieces: [.init(address: 0x2400_0000, bytes: bytes)], entries: [:])
        image.code = [0x2400_0000..<0x2400_0000 + UInt64(bytes.count)]
        return StackFrames(image).frames.map(\.size)
    }

    @Test(
        arguments: [
            ([0xB084], 16),  // SUB SP, #16
            ([0xF5AD, 0x3DC8], 102_400),  // SUB.W SP, SP, #102400
            ([0xF6AD, 0x7DFC], 4092),  // SUBW SP, SP, #4092
            ([0xF641, 0x2C14, 0xEBAD, 0x0D0C], 6676),  // MOVW R12, #6676; SUB.W SP, SP, R12
            ([0xF241, 0x0300, 0xF2C0, 0x0301, 0xEBAD, 0x0D03], 0x1_1000),  // MOVW, MOVT R3; SUB.W SP, SP, R3
            ([0xF46F, 0x5380, 0x449D], 4097),  // MVN.W R3, #4096; ADD SP, R3
        ] as [([UInt16], Int)])
    func `in every form that compilers use`(code: [UInt16], size: Int) {
        #expect(sizes(code) == [size])
    }

    @Test func `with the size from a literal`() {
        // LDR R3, [PC, #0]; ADD SP, R3; then the literal.
        #expect(sizes([0x4B00, 0x449D], literal: 0 &- 50_000) == [50_000])
        #expect(sizes([0xF8DF, 0x3004, 0x449D, 0xBF00], literal: 0 &- 50_000) == [50_000])
    }

    @Test func `nothing else is one`() {
        // ADD SP, #16; SUB SP, R3 with nobody knows what; PUSH; SUB R3, #4096
        #expect(sizes([0xB004, 0xEBAD, 0x0D03, 0xB570, 0xF5A3, 0x5380]).isEmpty)
        // What was known of R3 ends with a call.
        #expect(sizes([0x4B01, 0x4798, 0x449D, 0xBF00], literal: 0 &- 50_000).isEmpty)
    }

    @Test func `of a loader's file, with the functions' names`() throws {
        func warnings(_ loader: TestLoader) throws -> [LoaderWarning] {
            try LoaderFile(reading: loader.bytes(), fileName: loader.fileName).program.warnings.filter {
                if case .largeFrame = $0 { true } else { false }
            }
        }
        #expect(try warnings(.stackOverruns) == [.largeFrame(function: "table", bytes: 102_400)])
        #expect(try warnings(.deepStack) == [.largeFrame(function: "Write", bytes: 3076)])
        #expect(try warnings(.vendorTemplate).isEmpty)
    }
}
