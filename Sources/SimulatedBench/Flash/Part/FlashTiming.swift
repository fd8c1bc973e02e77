// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// How long a part is busy with what; erases carry their own times.
struct FlashTiming: Hashable, Sendable {
    struct Limits: Hashable, Sendable {
        var typical: Picoseconds
        var maximum: Picoseconds
    }
    /// A whole page.
    var pageProgram: Limits
    /// The first and each further byte of a short program, where the data sheet tells them apart.
    var firstByte: Limits?
    var laterByte: Limits?
    /// A non-volatile register.
    var registerWrite: Limits
    /// From the instruction to its effect.
    var suspend: Picoseconds = 0
    var reset: Picoseconds = 0
    var powerDown: Picoseconds = 0
    var release: Picoseconds = 0
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
        case .short: return limits.typical / 100
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
