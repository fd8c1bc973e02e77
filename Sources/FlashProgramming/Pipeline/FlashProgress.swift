// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// What a job spends its time with.
package enum FlashPhase: String, Hashable, Sendable, CaseIterable {
    /// Finding out what the touched sectors hold.
    case survey
    case erase, program, verify, read

    var isReading: Bool { self == .survey || self == .verify || self == .read }
}

/// One moment of a running job.
package struct FlashProgress: Hashable, Sendable {
    package let phase: FlashPhase
    /// Bytes of this phase.
    package let done: Int, total: Int
    /// Time spent in this phase, and in the whole job.
    package let phaseElapsed: Duration, elapsed: Duration
    /// Bytes per second in this phase; nothing until the first bytes are done.
    package let rate: Double?
    /// An estimate: measured where something was measured, typical times where not.
    package let phaseRemaining: Duration
}

/// How a caller follows a job and stops it.
package struct FlashMonitor {
    package let cancellation: Cancellation
    package let progress: (FlashProgress) -> Void

    package init(
        cancellation: Cancellation = Cancellation(), progress: @escaping (FlashProgress) -> Void = { _ in }
    ) {
        (self.cancellation, self.progress) = (cancellation, progress)
    }
}
