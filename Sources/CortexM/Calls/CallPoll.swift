// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// When to look whether a function has come back.
///
/// Without an expectation the pauses are a fraction of the time already spent, so that a quick answer is seen quickly
/// and a slow one does not keep the wire busy. With one the looks before it only serve cancellation and watchdogs, and
/// around it they are as frequent as the answer is worth.
struct CallPoll {
    static let shortest: Duration = .microseconds(50)
    static let longest: Duration = .milliseconds(10)
    /// Closer looks than this cost the link more than they gain.
    private static let closest: Duration = .milliseconds(1)

    private let timebase: any Timebase
    private let start: Duration
    private let deadline: Deadline
    private let expected: Duration?

    init(within limit: Duration, expecting expected: Duration?, on timebase: any Timebase) {
        (self.timebase, self.expected) = (timebase, expected)
        start = timebase.now
        deadline = Deadline(in: limit, on: timebase)
    }

    var elapsed: Duration { timebase.now - start }
    var hasPassed: Bool { deadline.hasPassed }

    /// Waits before the next look, never beyond the deadline.
    func pause() {
        timebase.wait(for: min(Self.pause(after: elapsed, expecting: expected), deadline.remaining))
    }

    static func pause(after elapsed: Duration, expecting expected: Duration?) -> Duration {
        guard let expected else { return min(max(elapsed / 8, shortest), longest) }
        // Calls of one kind differ by some percent.
        let close = min(max(expected / 32, shortest), closest)
        let early = expected - expected / 32 - close - elapsed
        if early > .zero { return min(max(early, close), longest) }
        return min(max((elapsed - expected) / 8, close), longest)
    }
}
