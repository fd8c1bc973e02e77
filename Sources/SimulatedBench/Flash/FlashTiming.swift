// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// How long a part is busy with what (W25Q128JV datasheet rev F, AC characteristics).
struct FlashTiming: Sendable {
    struct Limits: Sendable {
        var typical: Picoseconds
        var maximum: Picoseconds
    }
    /// tPP, a whole page.
    var pageProgram: Limits
    /// tBP1 and tBP2: the first and each further byte of a short program.
    var firstByte: Limits
    var laterByte: Limits
    /// tSE, tBE1, tBE2, tCE.
    var sectorErase: Limits
    var halfBlockErase: Limits
    var blockErase: Limits
    var chipErase: Limits
    /// tW.
    var statusWrite: Limits
    /// tSUS, tRST, tDP and tRES1.
    var suspend: Picoseconds
    var reset: Picoseconds
    var powerDown: Picoseconds
    var release: Picoseconds

    static let w25q128jv = FlashTiming(
        pageProgram: Limits(typical: 400 * .microsecond, maximum: 3 * .millisecond),
        firstByte: Limits(typical: 30 * .microsecond, maximum: 50 * .microsecond),
        laterByte: Limits(typical: 2_500 * .nanosecond, maximum: 12 * .microsecond),
        sectorErase: Limits(typical: 45 * .millisecond, maximum: 400 * .millisecond),
        halfBlockErase: Limits(typical: 120 * .millisecond, maximum: 1_600 * .millisecond),
        blockErase: Limits(typical: 150 * .millisecond, maximum: 2_000 * .millisecond),
        chipErase: Limits(typical: 40 * .second, maximum: 200 * .second),
        statusWrite: Limits(typical: 10 * .millisecond, maximum: 15 * .millisecond),
        suspend: 20 * .microsecond, reset: 30 * .microsecond, powerDown: 3 * .microsecond,
        release: 3 * .microsecond)
}

/// Draws busy times between a part's limits.
struct FlashTimer {
    var policy: BenchConfiguration.BusyTimes
    private var random: SeededGenerator

    init(_ policy: BenchConfiguration.BusyTimes, seed: UInt64) {
        self.policy = policy
        random = SeededGenerator(seed: seed ^ 0xF1A5_4000)
    }

    mutating func draw(_ limits: FlashTiming.Limits) -> Picoseconds {
        switch policy {
        case .typical: return limits.typical
        case .maximum: return limits.maximum
        case .random:
            // Half of the typical time up to the maximum, long ones being rare.
            let share = Double(random.next() >> 11) / Double(1 << 53)
            let low = Double(limits.typical) / 2
            return Picoseconds(low + share * share * share * (Double(limits.maximum) - low))
        }
    }
}

extension Picoseconds {
    static var nanosecond: Picoseconds { 1_000 }
    static var microsecond: Picoseconds { 1_000_000 }
    static var millisecond: Picoseconds { 1_000_000_000 }
    static var second: Picoseconds { 1_000_000_000_000 }
}
