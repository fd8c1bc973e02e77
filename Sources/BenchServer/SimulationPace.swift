// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// How often the benches live on while no program asks for anything.
///
/// An emulated target costs processor time for as long as it runs, so it gets a share of it and no more.
struct SimulationPace {
    /// While programs have devices open, and while none has.
    private static let tick = (busy: Duration.milliseconds(5), idle: Duration.milliseconds(50))
    /// Rest after work, in multiples of the work.
    private static let rest = (busy: 1, idle: 19)

    private(set) var nextWake: Duration = .zero

    /// Plans the next turn after one that took from `start` to `end`.
    mutating func finished(from start: Duration, to end: Duration, isInUse: Bool) {
        let cost = end - start
        let pause =
            isInUse
            ? max(Self.tick.busy, cost * Self.rest.busy) : max(Self.tick.idle, cost * Self.rest.idle)
        nextWake = end + pause
    }
}
