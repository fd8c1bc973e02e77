// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// A call into code in target RAM under the AAPCS.
package struct FunctionCall {
    package var name: String
    /// Address of the function; the Thumb bit does not matter.
    package var entry: UInt32
    /// At most four.
    package var arguments: [UInt32]
    /// The stack, lowest address to one past the highest.
    ///
    /// Filled with a pattern by ``Core/prepareStack(_:)``.
    package var stack: Range<UInt32>
    /// Where a BKPT waits for the return; two bytes that the function does not own.
    package var returnTrap: UInt32
    /// R9, for position-independent data (.FLM).
    package var staticBase: UInt32?
    package var deadline: Duration
    /// Polled while the function runs; true stops it with ``CoreError/cancelled(function:after:)``.
    package var isCancelled: () -> Bool = { false }
    /// Called between polls with the time spent so far; true when it has spent some itself, so that no pause is needed.
    package var whileRunning: (Duration) -> Bool = { _ in false }

    package init(
        name: String, entry: UInt32, arguments: [UInt32], stack: Range<UInt32>, returnTrap: UInt32,
        deadline: Duration
    ) {
        precondition(arguments.count <= 4, "more arguments would go on the stack")
        (self.name, self.entry, self.arguments) = (name, entry, arguments)
        (self.stack, self.returnTrap, self.deadline) = (stack, returnTrap, deadline)
    }
}

/// What a function returned.
package struct FunctionResult: Sendable {
    package var r0: UInt32
    /// The upper half of a 64-bit result.
    package var r1: UInt32
    package var duration: Duration

    package init(r0: UInt32, r1: UInt32, duration: Duration) {
        (self.r0, self.r1, self.duration) = (r0, r1, duration)
    }
}
