// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

// Compiled twice, for the host and for the target: the layout of what the two share cannot differ.

/// The words through which host and agent speak, as offsets in bytes from the start of the ring.
enum AgentRing {
    // MARK: Written by the agent

    /// An ``AgentState``.
    static var state: UInt32 { 0x00 }
    /// The number of the last command that ended well; the first command has number 1.
    static var completed: UInt32 { 0x04 }
    /// Bytes of the command that is being executed which are done.
    static var progress: UInt32 { 0x08 }
    /// An ``AgentFault``; what it was about is in the words behind it.
    static var fault: UInt32 { 0x0C }
    /// The address in the flash.
    static var faultAddress: UInt32 { 0x10 }
    /// The flash's status register, or the controller's where the flash was not asked.
    static var faultStatus: UInt32 { 0x14 }
    /// How many words of the above are worth a look.
    static var stateWords: Int { 6 }
    /// A word for each slot: what came of its command.
    static var results: UInt32 { 0x18 }

    // MARK: Written by the host

    /// Not zero: end the running command at the next safe place, and begin no other.
    static var stop: UInt32 { 0x60 }
    /// The host's answer to a stop or a fault: the number of the last command that is over, one way or the other.
    static var resume: UInt32 { 0x64 }
    /// Where ``AgentSettings`` begin.
    static var settings: UInt32 { 0x80 }
    /// Where the slots begin; command n is in slot (n - 1) modulo ``slotCount``.
    static var slots: UInt32 { 0x140 }
    static var slotCount: UInt32 { 16 }
    static var slotSize: UInt32 { 32 }
    static var size: UInt32 { slots + slotCount * slotSize }
}

/// The words of one command, as offsets in its slot.
enum AgentSlot {
    /// An ``AgentOperation``.
    static var operation: UInt32 { 0x00 }
    /// In the flash, from its start.
    static var address: UInt32 { 0x04 }
    /// Bytes.
    static var count: UInt32 { 0x08 }
    /// In RAM: the data, or where results go.
    static var buffer: UInt32 { 0x0C }
    /// Bytes per digest; or of packed data; or where packed data go.
    static var unit: UInt32 { 0x10 }
    /// Written by the agent: core cycles that the command took, modulo 2³².
    static var duration: UInt32 { 0x14 }
    /// The command's number: written last, it makes the slot valid.
    static var number: UInt32 { 0x1C }
}

/// What the agent drives.
enum AgentController {
    /// QUADSPI (RM0399 §2.3.2).
    static var base: UInt32 { 0x5200_5000 }
}

enum AgentOperation {
    /// Whole units of the smallest kind, in the largest units that fit.
    static var erase: UInt32 { 1 }
    static var eraseChip: UInt32 { 2 }
    static var program: UInt32 { 3 }
    /// A digest of each `unit` bytes (see ``DigestKeys``), the low word first.
    static var digest: UInt32 { 4 }
    /// Puts the controller into memory-mapped mode.
    static var map: UInt32 { 5 }
    /// Leaves the controller idle and returns.
    static var leave: UInt32 { 6 }
    /// Programs data that lie packed at the end of their buffer, `unit` bytes of them.
    static var programPacked: UInt32 { 7 }
    /// Programs `count` pieces, each behind its address and its bytes in the buffer, and begins at a multiple of four.
    static var programPieces: UInt32 { 8 }
    /// Reads into a buffer, and packs what was read into the one at `unit` where that makes it smaller.
    ///
    /// The result is the packed size, or zero. An ``AgentPiece`` is at the start of the buffer that counts.
    static var read: UInt32 { 9 }
}

/// What stands before data that were read, as offsets in their buffer.
enum AgentPiece {
    /// That of what was read.
    static var digest: UInt32 { 0x00 }
    static var data: UInt32 { 0x10 }

    /// Where `size` packed bytes lie that become `count` at the start of `buffer`: behind them, so that none is written over
    /// before it is read.
    static func packedPlace(in buffer: UInt32, of count: UInt32, _ size: UInt32) -> UInt32 {
        buffer &+ (count &+ 3) & ~3 &+ UInt32(truncatingIfNeeded: LZ4Block.margin) &- (size &+ 3) & ~3
    }
}

enum AgentState {
    static var starting: UInt32 { 0 }
    static var ready: UInt32 { 1 }
    /// A command failed; nothing goes on until the host says so.
    static var failed: UInt32 { 2 }
    /// The host asked for it, in the middle of a command.
    static var stopped: UInt32 { 3 }
    /// The host asked for it, and the next command was not begun.
    static var stoppedBetween: UInt32 { 4 }
}

enum AgentFault {
    static var none: UInt32 { 0 }
    /// The controller does not come to the end of a command.
    static var controllerStuck: UInt32 { 1 }
    /// The flash does not take the write enable.
    static var notWriteEnabled: UInt32 { 2 }
    /// The flash is busy for longer than it ever may be.
    static var busyTooLong: UInt32 { 3 }
    /// The flash itself says that it failed.
    static var flashFailed: UInt32 { 4 }
    /// The host asked for something that there is not.
    static var badCommand: UInt32 { 5 }
}

/// What the agent is told of controller and flash: words behind ``AgentRing/settings``, as offsets.
enum AgentSettings {
    /// Bytes that the FIFO asks for or offers at a time (FTHRES).
    static var fifoPiece: UInt32 { 16 }

    /// QUADSPI_CR with everything but what starts something.
    static var control: UInt32 { 0x00 }
    static var device: UInt32 { 0x04 }
    /// QUADSPI_CCR of an indirect read, and of the memory map; the mode byte goes to ABR.
    static var read: UInt32 { 0x08 }
    static var map: UInt32 { 0x0C }
    static var alternate: UInt32 { 0x10 }
    static var program: UInt32 { 0x14 }
    static var writeEnable: UInt32 { 0x18 }
    /// The status register that tells busy, polled by the controller.
    static var status: UInt32 { 0x1C }
    static var busyMask: UInt32 { 0x20 }
    /// The masked status of a flash that is not busy.
    static var readyMatch: UInt32 { 0x24 }
    static var enabledMask: UInt32 { 0x28 }
    static var enabledMatch: UInt32 { 0x2C }
    /// The register in which the flash tells that it failed; zero where there is none.
    static var failure: UInt32 { 0x30 }
    static var failureMask: UInt32 { 0x34 }
    /// The masked register of a flash that did not fail.
    static var successMatch: UInt32 { 0x38 }
    /// Bytes.
    static var page: UInt32 { 0x3C }
    static var cyclesPerMicrosecond: UInt32 { 0x40 }
    /// Microseconds.
    static var programLimit: UInt32 { 0x44 }
    static var eraseChip: UInt32 { 0x48 }
    static var eraseChipLimit: UInt32 { 0x4C }
    /// RAM for ``DigestKeys/count`` words.
    static var keys: UInt32 { 0x50 }
    static var eraseCount: UInt32 { 0x54 }
    /// By ascending size: bytes, QUADSPI_CCR, microseconds.
    static var erases: UInt32 { 0x58 }
    static var eraseSize: UInt32 { 12 }
    static var mostErases: UInt32 { 6 }
    /// The status register that tells write enabled, of most flashes the same.
    static var enabledStatus: UInt32 { 0xA0 }
    /// Bytes of a register, less one: two flashes that work as one memory answer with a byte each.
    static var registerLength: UInt32 { 0xA4 }
    /// RAM for the search of matches: ``LZ4Block/tableCount`` entries of two bytes.
    static var matches: UInt32 { 0xA8 }
    static var size: UInt32 { 0xAC }
}
