// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What is wanted of a loader, whatever its functions are called.
package enum FlashCommand: Hashable, Sendable {
    /// Pins, clocks, controller and flash made ready for one kind of use.
    case open(for: LoaderUse)
    /// The counterpart of `open`.
    case close(after: LoaderUse)
    /// Programs bytes that lie at `buffer` in RAM.
    case program(at: UInt32, count: Int, buffer: UInt32)
    /// Erases the sectors that hold these addresses, both inclusive.
    case erase(first: UInt32, last: UInt32)
    case eraseAll
    /// Reads to `buffer` in RAM.
    case read(at: UInt32, count: Int, buffer: UInt32)
}

/// One call of a loader's function.
package struct LoaderCall: Hashable, Sendable {
    package var function: LoaderFunction
    package var arguments: [UInt32]
    /// The flash's addresses that it works on; nil where it has none, or all.
    package var extent: Range<UInt64>?

    package init(_ function: LoaderFunction, _ arguments: [UInt32] = [], on extent: Range<UInt64>? = nil) {
        (self.function, self.arguments, self.extent) = (function, arguments, extent)
    }
}
