// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Glibc

/// The machine's own monotonic clock; `wait` sleeps the calling thread.
package final class MonotonicTime: Timebase {
    private let clock = ContinuousClock()
    private let origin: ContinuousClock.Instant

    package init() { origin = clock.now }

    package var now: Duration { clock.now - origin }

    package func wait(for duration: Duration) {
        let (seconds, attoseconds) = duration.components
        guard seconds > 0 || attoseconds > 0 else { return }
        var left = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
        // A signal (Ctrl-C) may cut the sleep short; callers poll cancellation, so waking early is right.
        _ = nanosleep(&left, nil)
    }
}
