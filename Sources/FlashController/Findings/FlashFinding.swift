// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import HardwareDescription

/// Something seen of board, controller and flash, without a loader's help.
package enum FlashFinding: Hashable, Sendable {
    // The board.
    case controllerClockOff
    /// The port's name, and the flash's signals on it.
    case portClockOff(String, signals: [BoardDefinition.Signal])
    /// `mode` as in GPIOx_MODER.
    case pinNotConnected(BoardDefinition.Pin, mode: UInt8, function: UInt8)
    case controllerDisabled
    case wrongBank(selected: Int, board: Int)
    /// Both banks as one memory, where the board has flashes of their own.
    case drivesBothBanks(board: [Int])
    /// One bank, where the board's two flashes are one memory.
    case drivesOneBank(selected: Int)
    case controllerBusy(status: UInt32)
    /// Bank, divider and mode, where nothing is wrong with them.
    case setUp(banks: [Int], divider: Int, isMapped: Bool)

    // The flash.
    /// All ones or all zeros: nobody drives the line.
    case silent(bank: Int, id: [UInt8])
    case identified(bank: Int, id: [UInt8], chips: [String])
    /// It is not the one that the board's file names.
    case otherChip(bank: Int, id: [UInt8], chips: [String], expected: String)
    /// The two flashes of a dual-flash board are not of one kind.
    case differentChips([UInt8], [UInt8])
    /// Where the loader does not look for it.
    case answersOnBank(Int, id: [UInt8])
    /// It does answer when the controller is set up as the board needs it.
    case answersWithBoardSetUp(bank: Int, id: [UInt8])
    /// Registers in words, none of which says anything special.
    case status(bank: Int, String)
    /// With the commands that end it, where they are known.
    case writeProtected(bank: Int, String, clearing: String? = nil)
    /// The flash's own error bits, in words.
    case reportsFailure(bank: Int, String)
    case quadDisabled(bank: Int)
    /// The loader's last command is none of the flash's.
    case unknownInstruction(bank: Int, UInt8)
    /// The loader sends it in another form than the flash takes it, each as `1-4-4`.
    case otherLines(bank: Int, UInt8, sent: String, expected: String)
    /// The loader sends address and data on both edges of the clock, or on one, where the flash takes them otherwise.
    case otherRate(bank: Int, UInt8, isDouble: Bool)
    /// The loader sends addresses of another size, in bytes, than the flash takes.
    case otherAddress(bank: Int, UInt8, sent: Int, expected: Int)
    /// Addresses of three bytes, where the flash (bytes) has more than they reach.
    case shortAddress(bank: Int, UInt8, size: UInt32)
    /// Controller and flash wait for a different number of clocks between address and data; with the register that says so.
    case otherDummy(bank: Int, UInt8, sent: Int, expected: Int, register: String?)
    /// The loader has the flash take everything on four lines (QPI), where the debugger does not follow it.
    case usesFourLineProtocol(bank: Int)
    /// The loader has the flash take addresses and data of every instruction on both edges of the clock (DTR protocol).
    case usesDoubleRateProtocol(bank: Int)
    case busy(bank: Int)
    /// Something could not be looked at.
    case unreadable(String, code: String)
}
