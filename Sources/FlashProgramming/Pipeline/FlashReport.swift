// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// What a job that ended well has done, and how it is known.
package struct FlashReport: Hashable, Sendable {
    package struct Phase: Hashable, Sendable {
        package let phase: FlashPhase
        package let bytes: Int
        package let duration: Duration
        /// Bytes per second; nothing when no time passed.
        package var rate: Double? { duration > .zero ? Double(bytes) / duration.seconds : nil }
    }

    /// How the result was proven.
    package enum Proof: String, Hashable, Sendable {
        /// Every byte was read over the link and compared.
        case readBack = "read"
        /// Digests computed on the target from the flash's contents were compared (``FlashDigest``).
        case hash
        case none
    }

    package var operation: FlashOperation
    /// Only the phases that took part, in the order of ``FlashPhase``.
    package var phases: [Phase] = []
    package var duration: Duration = .zero
    /// Time in which the target executed for us; the rest of `duration` is the link's and the host's.
    package var targetTime: Duration = .zero
    package var linkTime: Duration { max(.zero, duration - targetTime) }

    /// Bytes the caller's image or ranges hold.
    package var requestedBytes = 0
    package var erasedBytes = 0
    /// In whole pages; blank pages between them that were programmed along do not count.
    package var programmedBytes = 0
    /// Bytes of sectors that already held what was wanted, or were blank when blank was wanted.
    package var unchangedBytes = 0
    /// Of the programmed bytes, those beside the image that shared an erased sector with it and were put back.
    package var restoredBytes = 0
    package var proof: Proof = .none
    package var verified = AddressRangeSet()
    package var warnings: [FlashWarning] = []
}
