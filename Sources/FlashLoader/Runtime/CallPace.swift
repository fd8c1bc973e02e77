// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// How long calls took, to expect how long the next will.
struct CallPace: Sendable {
    private struct Measure {
        var work: Double
        var duration: Duration
    }
    private var last: [LoaderFunction: Measure] = [:]

    /// What `work` of a function will take at the pace of its last call; nil before the first.
    ///
    /// `work` is bytes, or 1 for a function that always does the same.
    func expected(_ function: LoaderFunction, _ work: Int) -> Duration? {
        guard let measure = last[function], measure.work > 0 else { return nil }
        return measure.duration * (Double(work) / measure.work)
    }

    mutating func note(_ function: LoaderFunction, _ work: Int, took duration: Duration) {
        last[function] = Measure(work: Double(work), duration: duration)
    }
}
