// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// A register of a part, as data: how it is reached, and what becomes of each of its bits.
struct FlashRegister: Hashable, Sendable {
    /// What a bit shows that the part sets by itself.
    enum Meaning: String, CaseIterable, Sendable {
        case busy, writeEnabled = "write-enabled"
        /// Something is suspended; an erase; a program.
        case suspended, eraseSuspended = "erase-suspended", programSuspended = "program-suspended"
    }
    /// A bit that follows the part's state.
    struct LiveBit: Hashable, Sendable {
        var flag: FlashFlag
        var meaning: Meaning
    }
    /// Bits that take their value from another register at power-up and reset.
    struct Load: Hashable, Sendable {
        var field: FlashField
        var source: FlashField
        var isInverted: Bool
    }

    var name: String
    /// Bytes, 1 or 2; the lower one comes first.
    var width = 1
    /// As it leaves the factory.
    var factory: UInt16 = 0
    /// Bits that a write changes for good, until power is lost or the part is reset, and from 0 to 1 only.
    var nonVolatile: UInt16 = 0
    var volatile: UInt16 = 0
    var oneTime: UInt16 = 0
    /// Bits that a reset leaves and the loss of power clears.
    var untilPowerOff: UInt16 = 0
    var isReadableWhileBusy = false
    /// Reading gives what is kept: nothing changes what is in force before the next power-up.
    var showsKept = false
    var liveBits: [LiveBit] = []
    var loads: [Load] = []
    /// Addresses for instructions that reach any register: of what is in force, and of what is kept.
    var volatileAddress: UInt32?
    var nonVolatileAddress: UInt32?

    /// What is the same after the loss of power.
    var lasting: UInt16 { nonVolatile | oneTime }
}

/// An instruction that writes registers.
struct FlashRegisterWrite: Hashable, Sendable {
    enum Change: String, CaseIterable, Sendable {
        /// What is kept, and with it what is in force; after a volatile write enable the latter alone.
        case both
        /// What is in force, at once.
        case volatile
        /// What is kept; it comes into force with the next power-up or reset.
        case nonVolatile = "non-volatile"
    }
    /// In the order of their bytes.
    var registers: [Int]
    var needsWriteEnable = true
    /// The write enable latch stays set.
    var keepsWriteEnable = false
    /// Registers no byte came for are cleared.
    var clearsRest = false
    var change = Change.both
    var time: FlashTiming.Limits?
}
