// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// The pauses of a polling loop: short at first, then a fraction of the time already spent.
///
/// So a quick answer is seen quickly and a slow one does not keep the wire busy; the delay added by polling stays under an
/// eighth of the whole.
package struct AdaptivePoll {
    package static let shortest: Duration = .microseconds(50)
    package static let longest: Duration = .milliseconds(10)

    private let timebase: any Timebase
    private let start: Duration
    private let deadline: Deadline

    package init(within limit: Duration, on timebase: any Timebase) {
        self.timebase = timebase
        start = timebase.now
        deadline = Deadline(in: limit, on: timebase)
    }

    package var elapsed: Duration { timebase.now - start }
    package var hasPassed: Bool { deadline.hasPassed }

    /// Waits before the next look, never beyond the deadline.
    package func pause() {
        let wanted = min(max(elapsed / 8, Self.shortest), Self.longest)
        timebase.wait(for: min(wanted, deadline.remaining))
    }
}

extension Timebase {
    /// Asks `isReached` until it says yes or the time is over; asks at least twice, the last time at the deadline.
    ///
    /// - Returns: whether it said yes.
    package func poll<Failure: Error>(
        within limit: Duration, until isReached: () throws(Failure) -> Bool
    ) throws(Failure) -> Bool {
        let poll = AdaptivePoll(within: limit, on: self)
        while true {
            let isLast = poll.hasPassed
            if try isReached() { return true }
            if isLast { return false }
            poll.pause()
        }
    }
}
