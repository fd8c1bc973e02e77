// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What an instruction of the Thumb set does, as far as an analysis of loaders asks (ARMv7-M ARM, chapter A7).
struct ThumbInstruction: Sendable {
    /// Where it goes on.
    enum Flow: Hashable, Sendable {
        case next
        case branch(UInt32)
        case conditional(UInt32)
        case call(UInt32)
        case callRegister(Int)
        /// BX or a move to PC, other than a return.
        case branchRegister(Int)
        case returns
        /// TBB or TBH: the table's address, the index register and the size of an entry.
        case table(UInt32, index: Int, entry: Int)
        /// Nothing can be said about where; or it does not go on: UDF, BKPT.
        case ends
    }
    /// What it does beside changing registers.
    enum Event: Hashable, Sendable {
        case enablesInterrupts
        case waitsForInterrupt
        case supervisorCall
        case breakpoint(UInt8)
        /// The core has no such instruction.
        case undefined
        /// An instruction of the floating-point unit.
        case floatingPoint
        /// A call or branch to an address without the Thumb bit.
        case entersArmState
        /// Writes PRIMASK, BASEPRI or CONTROL from a register.
        case writesSpecial(UInt8, from: Int)
    }
    /// What it leaves in its result register.
    enum Value: Hashable, Sendable {
        case constant(UInt32)
        case copy(Int)
        case sum(Int, Int32)
        case sumOfRegisters(Int, Int)
        case differenceOfRegisters(Int, Int)
        case or(Int, UInt32)
        case clear(Int, UInt32)
        case shiftLeft(Int, UInt32)
        /// MOVT: the upper half, over the lower of the same register.
        case upper(UInt32)
        /// A word of the program.
        case literal(UInt32)
        case unknown
    }
    struct Access: Hashable, Sendable {
        var base: Int
        var offset: Int32
        /// Bytes.
        var size: Int
        var isStore: Bool
        /// Where a store's value comes from.
        var source: Int?

        /// At an address that is no constant plus an offset.
        static func somewhere(isStore: Bool) -> Access {
            Access(base: 15, offset: 0, size: 4, isStore: isStore, source: nil)
        }
    }

    var size: Int
    /// A move to PC, which takes no state from bit 0 (ARMv7-M ARM §A2.3.1).
    var isMove = false
    var flow = Flow.next
    var event: Event?
    var result: (register: Int, value: Value)?
    /// Registers that hold nothing known any more.
    var clobbered: [Int] = []
    var access: Access?
    /// The register that a place counts from which is known in part only.
    var indexBase: Int?
    /// What a load or store writes back to its base, and when.
    var writeBack: (register: Int, change: Int32)?
    /// Bytes that the stack pointer goes down by; nil for an amount that is not in the instruction.
    var push: Int? = 0
    var pushRegister: Int?
    /// CMP with a constant, to know how long a table of branches is.
    var comparison: (register: Int, value: UInt32)?

    init(size: Int) { self.size = size }

}
