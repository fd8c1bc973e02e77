// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The probe's place in virtual time, ahead of the target's until the target is looked at.
///
/// A probe works on its own while the host is busy elsewhere: a queued packet starts when the one before it ended,
/// even if the simulation comes to it later. So time spent on the wire is booked here, and the target is run up to
/// this moment only when an access needs its state.
final class ProbeClock {
    var target: any DebugTarget
    /// Where the probe's firmware is.
    private(set) var now: Picoseconds = 0

    init(target: any DebugTarget) { self.target = target }

    /// The probe is idle until `moment`.
    func start(at moment: Picoseconds) { if moment > now { now = moment } }
    /// Books work of the firmware or clocks on the wire.
    @inline(__always) func spend(_ duration: Picoseconds) { now &+= duration }
    /// Runs the target up to the probe's moment, so that it can be looked at.
    @inline(__always) func synchronize() {
        let reached = target.now
        if now > reached { target.elapse(now &- reached) }
    }
}

extension Picoseconds {
    static func nanoseconds(_ count: UInt64) -> Picoseconds { count &* 1_000 }
    static func microseconds(_ count: UInt64) -> Picoseconds { count &* 1_000_000 }
    static func milliseconds(_ count: UInt64) -> Picoseconds { count &* 1_000_000_000 }
    /// The length of one cycle; a frequency of zero counts as 1 Hz.
    static func period(ofHertz hertz: UInt32) -> Picoseconds {
        1_000_000_000_000 / UInt64(Swift.max(hertz, 1))
    }
}
