// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What a loader did that the core could not, with the values that show it.
package enum FaultCause: Hashable, Sendable {
    /// How it came to what the core cannot do, beside the fault itself.
    package enum Memory: Hashable, Sendable {
        /// All ones, as in erased flash or RAM that was filled.
        case erased
        case zeros
        /// The pattern that stack and guard are filled with.
        case unusedStack
        case data
    }

    // Instructions.
    /// The instruction, its first halfword high; nil where it could not be read.
    case undefinedInstruction(UInt32?)
    /// UDF: what compilers make of `__builtin_trap` and of checks that fail.
    case trap(UInt8)
    case floatingPointOff
    case noCoprocessor(UInt8)
    case supervisorCall(UInt8)
    case divideByZero
    /// An access that has to be aligned; nil where the address is not known.
    case unaligned(UInt32?)

    // Where it went.
    /// A call or branch to an even address.
    case armState(UInt32)
    case nullCall
    case invalidReturn(link: UInt32)
    /// Memory that holds no code of the loader.
    case outsideCode(UInt32, Memory)
    case notExecutable(UInt32)
    case fetch(UInt32)

    // Data.
    case noMemory(UInt32, isStore: Bool)
    /// What uninitialised memory holds, taken for an address.
    case unsetPointer(UInt32, isStore: Bool)
    case unclockedMemory(UInt32, name: String)
    case noPeripheral(UInt32)
    case externalMemory(UInt32)
    /// `mode` is the controller's; nil where it has no clock.
    case flashNotMapped(UInt32, mode: String?)
    case flashIsReadOnly(UInt32)
    /// Mapped, and yet there is nothing to read.
    case beyondMappedFlash(UInt32)
    case earlierStore
    case protectedMemory(UInt32)

    // The stack, and exceptions within exceptions.
    case stacking(pointer: UInt32)
    /// The same where a function that takes too much is known.
    case stackOverflow(pointer: UInt32)
    case vectorTable
    /// A fault where no fault could be taken any more; what it was, if that is known.
    indirect case lockedUp(FaultCause?)
    /// Some other fault in words.
    case other(String)
}
