// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The only way any layer learns the time or waits.
///
/// Implemented by ``MonotonicTime`` for real probes, by the simulated bench (whose target runs while the host
/// waits) and by ``VirtualTime`` in tests.
package protocol Timebase: AnyObject {
    /// Time since an arbitrary origin; never goes back.
    var now: Duration { get }
    func wait(for duration: Duration)
}

/// Time that moves only when somebody waits: a minute of polling is instant.
///
/// For tests without a simulated bench, which has a clock of its own.
package final class VirtualTime: Timebase {
    package private(set) var now: Duration = .zero
    package init() {}
    package func wait(for duration: Duration) { now += duration }
}

/// The moment by which a polling loop must have its answer.
package struct Deadline {
    private let timebase: any Timebase
    private let end: Duration

    package let limit: Duration

    package init(in limit: Duration, on timebase: any Timebase) {
        self.timebase = timebase
        self.limit = limit
        end = timebase.now + limit
    }
    package var hasPassed: Bool { timebase.now >= end }
    /// What is left; zero once the deadline has passed.
    package var remaining: Duration { max(.zero, end - timebase.now) }
}
