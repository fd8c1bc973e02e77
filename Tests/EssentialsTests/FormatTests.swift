// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Testing

@Suite struct `Quantities as a person reads them` {
    @Test(
        arguments: [
            (0, "0 bytes"), (1, "1 byte"), (1023, "1023 bytes"), (1024, "1 KiB"), (1536, "1.5 KiB"),
            (16 << 20, "16 MiB"), (6_553_600, "6.25 MiB"), (-5, "0 bytes"),
        ])
    func `are bytes in the largest unit that fits`(count: Int, text: String) {
        #expect(Format.bytes(count) == text)
    }

    @Test(
        arguments: [
            (Duration.microseconds(85), "85 µs"), (.milliseconds(45), "45 ms"),
            (.milliseconds(12_340), "12.3 s"),
            (.seconds(59.97), "1 min 00 s"), (.seconds(65), "1 min 05 s"), (.zero, "0 µs"),
        ])
    func `are times`(time: Duration, text: String) {
        #expect(Format.time(time) == text)
    }

    @Test func `are rates where something moved and time passed`() {
        #expect(Format.rate(655_360, in: .seconds(1)) == "640 KiB/s")
        #expect(Format.rate(1536, in: .seconds(1)) == "1.5 KiB/s")
        #expect(Format.rate(0, in: .seconds(1)) == nil && Format.rate(1, in: .zero) == nil)
    }

    @Test func `are numbers with fixed decimals, and a question mark for what is none`() {
        #expect(Format.decimal(3.2999, 2) == "3.30")
        #expect(Format.decimal(-0.001, 2) == "0.00" && Format.decimal(-1.5, 0) == "-2")
        #expect(
            Format.decimal(.nan, 2) == "?" && Format.decimal(.infinity, 2) == "?"
                && Format.decimal(1, 7) == "?")
        #expect(Format.count(1, "segment") == "1 segment" && Format.count(2, "segment") == "2 segments")
    }

    /// Known answers of SplitMix64 with the seed 1234567.
    @Test func `that are random are the same for a seed on every machine`() {
        var generator = SeededGenerator(seed: 1_234_567)
        let numbers = (0..<3).map { _ in generator.next() }
        #expect(numbers == [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423])
    }
}
