// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials
package import FlashProgramming

/// Who watches a job from outside the bench's thread.
package struct Observer: Sendable {
    package typealias Metadata = [(name: String, value: String)]
    package let threshold: TraceLevel
    package let trace: @Sendable (TraceLevel, String, Metadata) -> Void
    package let progress: @Sendable (FlashProgress) -> Void

    package init(
        threshold: TraceLevel, trace: @escaping @Sendable (TraceLevel, String, Metadata) -> Void,
        progress: @escaping @Sendable (FlashProgress) -> Void
    ) {
        (self.threshold, self.trace, self.progress) = (threshold, trace, progress)
    }

    /// Nobody watches.
    package static var none: Observer {
        Observer(threshold: .warning, trace: { _, _, _ in }, progress: { _ in })
    }
}
