// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Compiled twice, for the host and for the target: the layout of what the two share cannot differ.

/// What a loader made from a board file is told of board and flash, as offsets in bytes from its symbol BoardTable.
///
/// It begins as an ``AgentRing`` does, with ``AgentSettings`` in the same place, so that loader and agent drive the flash by the
/// same code.
enum BoardTable {
    /// The address of the flash's first byte in the memory map.
    static var base: UInt32 { 0x140 }
    /// Bytes.
    static var size: UInt32 { 0x144 }
    /// The command by which the flash tells that it was asked to forget a failure; zero where there is none.
    static var clearFailures: UInt32 { 0x148 }
    /// How many answers to the request for its identity the flash may give, and they: manufacturer in bits 23:16.
    static var identityCount: UInt32 { 0x14C }
    static var identities: UInt32 { 0x150 }
    static var mostIdentities: UInt32 { 16 }
    /// Where a register says how many clocks a read waits: its command, or zero; the field's place and mask.
    static var waitRegister: UInt32 { 0x190 }
    static var waitShift: UInt32 { 0x194 }
    static var waitMask: UInt32 { 0x198 }
    /// The clocks by the field's value: 16 bytes.
    static var waitClocks: UInt32 { 0x19C }
    /// Words of registers that are changed first, in this order: address, bits to clear, bits to set.
    static var registerCount: UInt32 { 0x1AC }
    static var registers: UInt32 { 0x1B0 }
    static var registerSize: UInt32 { 12 }
    static var mostRegisters: UInt32 { 64 }
    /// What is done with the flash then: a ``StartUpStep`` and three words for it.
    static var stepCount: UInt32 { 0x4B0 }
    static var steps: UInt32 { 0x4B4 }
    static var stepSize: UInt32 { 16 }
    static var mostSteps: UInt32 { 64 }
    /// Bytes of a die where a read does not go on from one to the next, which no map can show then; zero where it does.
    static var die: UInt32 { 0x8B4 }
    static var end: UInt32 { 0x8B8 }
}

/// One step of waking a flash and setting it up; `value` is what the last ones read or set.
///
/// `command` is a word for QUADSPI_CCR.
enum StartUpStep {
    /// Command: an instruction alone.
    static var send: UInt32 { 1 }
    /// Command, count: sends so many bytes of `value`, the lowest first.
    static var write: UInt32 { 2 }
    /// Word: `value` becomes it.
    static var set: UInt32 { 3 }
    /// Command, shift: reads a register into `value`, its first bit there; what is below it stays, what is above is cleared.
    static var read: UInt32 { 4 }
    /// Clear, set: changes bits of `value`.
    static var change: UInt32 { 5 }
    /// Mask, match, count: leaves out so many steps when the masked `value` matches.
    static var skip: UInt32 { 6 }
    /// Mask, match: fails unless the masked `value` matches.
    static var require: UInt32 { 7 }
    /// Microseconds.
    static var pause: UInt32 { 8 }
    /// Microseconds: fails unless the flash is ready by then.
    static var awaitReady: UInt32 { 9 }
    /// Microseconds: gives the flash so long to become ready.
    static var settle: UInt32 { 10 }
    /// Fails unless the flash takes the write enable.
    static var enableWriting: UInt32 { 11 }
    /// Command: fails unless the flash is one of those in the table.
    static var identify: UInt32 { 12 }
    /// Reads wait as long as the register says.
    static var adoptWait: UInt32 { 13 }
}
