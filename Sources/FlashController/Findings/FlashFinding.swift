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
    case busy(bank: Int)
    /// Something could not be looked at.
    case unreadable(String, code: String)
}
