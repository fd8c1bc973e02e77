// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// A call into code in target RAM under the AAPCS.
package struct FunctionCall {
    package var name: String
    /// Address of the function; the Thumb bit does not matter.
    package var entry: UInt32
    /// At most four.
    package var arguments: [UInt32]
    package var site: CallSite
    /// R9, for position-independent data (.FLM).
    package var staticBase: UInt32?
    /// Words that the core fills with a value before it enters the function; nil for none.
    package var fill: (range: Range<UInt32>, word: UInt32)?
    package var deadline: Duration
    /// How long it will probably take: looks are rare before and frequent around that moment; nil when nobody knows.
    package var expected: Duration?
    /// Polled while the function runs; true stops it with ``CoreError/cancelled(function:after:)``.
    package var isCancelled: () -> Bool = { false }
    /// Called between polls with the time spent so far; true when it has spent some itself, so that no pause is needed.
    package var whileRunning: (Duration) -> Bool = { _ in false }

    package init(name: String, entry: UInt32, arguments: [UInt32], site: CallSite, deadline: Duration) {
        precondition(arguments.count <= 4, "more arguments would go on the stack")
        (self.name, self.entry, self.arguments) = (name, entry, arguments)
        (self.site, self.deadline) = (site, deadline)
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
