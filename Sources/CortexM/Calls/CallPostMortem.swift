// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// Where a function was and in what state, when it did not come back as it should.
package struct CallPostMortem: Hashable, Sendable {
    package struct Sample: Hashable, Sendable {
        package var pc: UInt32, lr: UInt32, sp: UInt32
    }
    /// Memory that the core watches during calls.
    package enum WatchedArea: Hashable, Sendable {
        /// Below the stack.
        case stackGuard
        /// The code that calls come back to.
        case gate
    }

    package var function: String
    package var elapsed: Duration
    /// The core's place at several moments, oldest first; one when it had stopped by itself.
    ///
    /// After a store into a watched area the core may have gone on by a few instructions.
    package var samples: [Sample]
    package var status: RegisterValue<DebugHaltingControl>
    package var programStatus: RegisterValue<ProgramStatus>
    package var fault: FaultReport
    /// Most bytes of the stack that were ever in use, nil when that is not known.
    package var stackUsed: Int?
    package var stackSize: Int
    /// The store into this stopped the core.
    package var watched: WatchedArea?
    /// From the lowest to the highest byte of the guard that is not what it was; nil when it is whole or not known.
    package var guardDamage: Range<UInt32>?
    /// The lowest byte of the code for calls that is not what it was.
    package var gateDamage: UInt32?

    /// The essence in half a sentence.
    package var place: String {
        if let line = fault.lines.first, fault.isFault {
            return fault.frame.map { "\(line), from \($0.pc.hex)" } ?? line
        }
        let places = samples.map(\.pc)
        guard let low = places.min(), let high = places.max() else { return "the core could not be read" }
        let mode =
            programStatus.exception == 0 ? "" : " in \(ExceptionNumber(rawValue: programStatus.exception))"
        return low == high
            ? "it stands at \(low.hex)\(mode)" : "it moves between \(low.hex) and \(high.hex)\(mode)"
    }
}
