// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// How far a job is.
package struct ProgressUpdate: Sendable {
    /// `erase`, `program`, `verify`, `read`.
    package var phase: String
    /// Bytes of this phase.
    package var done: UInt64, total: UInt64
    package var elapsed: Duration
    /// Estimate for this phase; nil until there is something to estimate from.
    package var remaining: Duration?

    package init(phase: String, done: UInt64, total: UInt64, elapsed: Duration, remaining: Duration?) {
        (self.phase, self.done, self.total) = (phase, done, total)
        (self.elapsed, self.remaining) = (elapsed, remaining)
    }
}

/// Who watches a job from outside the bench's thread.
package struct Observer: Sendable {
    package typealias Metadata = [(name: String, value: String)]
    package let threshold: TraceLevel
    package let trace: @Sendable (TraceLevel, String, Metadata) -> Void
    package let progress: @Sendable (ProgressUpdate) -> Void

    package init(
        threshold: TraceLevel, trace: @escaping @Sendable (TraceLevel, String, Metadata) -> Void,
        progress: @escaping @Sendable (ProgressUpdate) -> Void
    ) {
        (self.threshold, self.trace, self.progress) = (threshold, trace, progress)
    }

    /// Nobody watches.
    package static var none: Observer {
        Observer(threshold: .warning, trace: { _, _, _ in }, progress: { _ in })
    }
}
