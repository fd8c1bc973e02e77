// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Something about a loader file that a person should know; others have tripped over it.
package enum LoaderWarning: Hashable, Sendable {
    /// Memory that has to be zeroed; the vendor's tool clears 0x200 bytes behind the image and no more.
    case needsZeroedMemory(bytes: Int)
    /// A function with more locals than the vendor's tool gives a loader stack.
    case largeFrame(function: String, bytes: Int)
    case missing(LoaderFunction)
    case noThumbBit(LoaderFunction)
    /// Data that start-up code would copy from where they are loaded.
    case dataElsewhere(loaded: UInt32, used: UInt32, bytes: UInt32)
    /// Functions that start-up code would call.
    case constructors(Int, at: UInt32)
    /// The file has a whole application's start-up code or vector table.
    case isApplication(symbol: String)
}
