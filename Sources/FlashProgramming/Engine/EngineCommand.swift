// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// What an engine is asked to do, by mapped addresses.
package enum EngineCommand: Hashable, Sendable {
    /// Answered with ``EngineResult/bytes(_:)``.
    case read(AddressRange)
    /// One digest for each `unit` bytes of the range, the last one of what is left; answered with ``EngineResult/digests(_:)``.
    case digest(AddressRange, unit: Int)
    /// Whole sectors.
    case erase(AddressRange)
    case eraseChip
    /// From 1 to ``FlashAbilities/programLimit`` bytes.
    case program([UInt8], at: UInt32)
}

/// What came of a command.
package enum EngineResult: Hashable, Sendable {
    /// With the time that it took, as far as it was not waiting for commands before it.
    case done(Duration)
    case bytes([UInt8])
    case digests([FlashDigest])

    /// Of an erase or a write; zero of anything else.
    var duration: Duration { if case .done(let duration) = self { duration } else { .zero } }
}
