// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The RAM that calls of a program's functions need beside the program itself.
package struct CallSite: Hashable, Sendable {
    /// The stack, lowest address to one past the highest; a multiple of 8 at its top.
    package var stack: Range<UInt32>
    /// Memory directly below the stack that nobody may touch; nil where the stack is to lie as somebody else lays it.
    ///
    /// With it stack and guard are filled with a pattern before the first call, and the guard is watched.
    package var guardArea: Range<UInt32>?
    /// Where ``CallGate`` goes: ``CallGate/size`` bytes, a multiple of ``CallGate/alignment``.
    package var gate: UInt32
    /// Where a BKPT waits for the return; nil for the gate's own exit, which is faster.
    package var returnTrap: UInt32?

    package init(
        stack: Range<UInt32>, guardArea: Range<UInt32>?, gate: UInt32, returnTrap: UInt32? = nil
    ) {
        (self.stack, self.guardArea) = (stack, guardArea)
        (self.gate, self.returnTrap) = (gate, returnTrap)
    }

    /// What an unused stack and the guard hold: an odd address that no memory of the part has.
    package static let pattern: UInt32 = 0xDEAD_F00D
    /// The guard's highest bytes, which the gate looks at after each call.
    static let canarySize: UInt32 = 64

    /// Where a function returns to, without the Thumb bit.
    package var returnAddress: UInt32 { returnTrap ?? gate + CallGate.exitOffset }
}
