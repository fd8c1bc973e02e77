// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import FlashController

/// Something seen on the target after a call failed.
package enum LoaderFinding: Hashable, Sendable {
    // Where it was.
    /// Function and line, and in how many of the samples.
    case place(String, samples: Int, of: Int)
    case calledFrom(String)
    /// What it did that the core could not.
    case fault(FaultCause)
    /// Where code that is none of the loader's was entered from.
    case jumpedFrom(String)
    /// The registers at a fault, for people.
    case registers(String)
    /// BKPT with its number; the operation in R0 where that number means semihosting.
    case breakpoint(UInt8, operation: UInt32?)
    /// It waits for an interrupt at the instruction of this name.
    case sleeps(String)
    /// It asks a register of a peripheral again and again.
    case waitsFor(UInt32)
    /// The instruction that faulted, or the one after an imprecise error.
    case faultedIn(String)
    case stackUsed(Int, of: Int)
    case stackPointerOutside(UInt32, stack: Range<UInt32>, LoaderLayout.Style)
    /// It wrote below its stack because these functions, outermost first, call each other in a circle.
    case recursion([String], place: String, rounds: Int, stack: Int, LoaderLayout.Style)
    /// It wrote below its stack because of the locals of one function.
    case largeFrame(String, size: Int, stack: Int)
    /// It wrote below its stack, and no one function is to blame.
    case stackExhausted(calls: Int, stack: Int, LoaderLayout.Style)
    /// Its heap grew through all of the free RAM.
    case heapOverflow(start: UInt32, room: Int)
    /// A store into the guard below the stack, or over the code for calls, that comes neither from stack nor heap.
    case strayStore(belowStack: Bool)
    /// The code that functions are called through and return to is no longer what was put there.
    case gateOverwritten(at: UInt32)
    /// The loader's code is no longer what was downloaded.
    case codeOverwritten(at: UInt32, place: String)
    /// The vendor's layout leaves this much of what has to be zero as it was.
    case memoryNotCleared(Int)

    /// Init did not come as far as the controller.
    case boardNotReached
    /// Of board, controller and flash, whatever the loader did.
    case flash(FlashFinding)
    /// Something could not be looked at.
    case unreadable(String, code: String)
}
