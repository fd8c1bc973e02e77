// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Testing

@testable import FlashProgramming
@testable import extflash

@Suite struct `A line of progress` {
    private func line(done: Int, of total: Int = 1 << 20, rate: Double? = 262_144) -> ProgressLine {
        ProgressLine(
            progress: FlashProgress(
                phase: .program, done: done, total: total, phaseElapsed: .seconds(2), elapsed: .seconds(3),
                rate: rate, phaseRemaining: .seconds(4)))
    }

    @Test func `tells what matters in a log`() {
        #expect(line(done: 0, rate: nil).text == "program    0 %  0 bytes of 1 MiB")
        #expect(line(done: 1 << 19).text == "program   50 %  4.0 s left  512 KiB of 1 MiB  256 KiB/s")
        #expect(line(done: 1 << 20).text == "program  100 %  in 2.0 s  1 MiB of 1 MiB  512 KiB/s")
    }

    @Test func `has a bar on a terminal`() {
        #expect(
            line(done: 1 << 19).bar(width: 100)
                == "program  ███████████████···············   50 %  4.0 s left  512 KiB of 1 MiB  256 KiB/s")
    }

    /// What is left out is left out whole: "3.6 s lef" tells nothing.
    @Test(arguments: 1...120) func `fits every terminal`(width: Int) {
        let full = line(done: 1 << 19)
        let shown = full.bar(width: width)
        #expect(shown.count < max(2, width))
        guard width > 15 else { return }
        let words = full.text.split(separator: "  ").map { String($0) }
        let parts = shown.split(separator: "  ").map { String($0) }.filter { !$0.contains("·") }
        #expect(parts == Array(words.prefix(parts.count)), "\(width): \(shown)")
    }
}
