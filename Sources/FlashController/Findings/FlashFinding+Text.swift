// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
package import HardwareDescription

extension FlashFinding {
    /// One sentence.
    package var text: String {
        switch self {
        case .controllerClockOff: "the QUADSPI's clock is off"
        case .portClockOff(let port, let signals):
            "the clock of \(port) is off (\(signals.map(\.rawValue).joined(separator: ", ")))"
        case .pinNotConnected(let pin, let mode, let function):
            "\(pin.name) (\(pin.signal.rawValue)) is \(Self.modeName(mode, function)), not alternate function \(pin.function)"
        case .controllerDisabled: "the QUADSPI is not enabled"
        case .wrongBank(let selected, let board):
            "the loader selected bank \(selected), the board's flash is on bank \(board)"
        case .drivesBothBanks(let banks):
            "the loader drives both banks as one memory; the board has \(banks.count == 1 ? "a flash on bank \(banks[0]) only" : "two flashes of their own")"
        case .drivesOneBank(let selected):
            "the loader drives bank \(selected) alone; the board's two flashes are one memory, their bytes interleaved"
        case .controllerBusy(let status): "the QUADSPI is in the middle of a transfer (SR \(status.hex))"
        case .setUp(let banks, let divider, let isMapped):
            "the QUADSPI is set to \(Self.bankNames(banks)), its kernel clock divided by \(divider)\(isMapped ? ", memory-mapped" : "")"
        default: flashText
        }
    }

    private var flashText: String {
        switch self {
        case .silent(let bank, let id): "nothing answers on bank \(bank) (JEDEC id reads \(Self.text(id)))"
        case .identified(let bank, let id, let chips):
            "the flash on bank \(bank) answers with JEDEC id \(Self.text(id))\(Self.text(chips))"
        case .otherChip(let bank, let id, let chips, let expected):
            "the flash on bank \(bank) is not the board file's \(expected): its JEDEC id is \(Self.text(id))\(Self.text(chips))"
        case .differentChips(let first, let second):
            "the two flashes are not of one kind: JEDEC ids \(Self.text(first)) and \(Self.text(second))"
        case .answersOnBank(let bank, let id):
            "a flash with JEDEC id \(Self.text(id)) answers on bank \(bank)"
        case .answersWithBoardSetUp(let bank, let id):
            "set up as the board file says, the flash on bank \(bank) answers with JEDEC id \(Self.text(id))"
        case .status(let bank, let text): "the flash on bank \(bank) has \(text)"
        case .writeProtected(let bank, let status, _):
            "the flash on bank \(bank) is write-protected: \(status)"
        case .reportsFailure(let bank, let text): "the flash on bank \(bank) reports \(text)"
        case .quadDisabled(let bank): "the quad enable bit of the flash on bank \(bank) is not set"
        case .busy(let bank): "the flash on bank \(bank) is busy with an operation"
        case .unreadable(let what, let code): "\(what) could not be read [\(code)]"
        default: commandText
        }
    }

    private var commandText: String {
        switch self {
        case .unknownInstruction(let bank, let opcode):
            "the loader's last command, \(Self.name(opcode)), is no instruction of the flash on bank \(bank), which ignores it"
        case .otherLines(let bank, let opcode, let sent, let expected):
            "the loader sends \(Self.name(opcode)) with opcode, address and data on \(sent) lines, the flash on bank \(bank) takes it on \(expected)"
        case .otherRate(let bank, let opcode, let isDouble):
            "the loader sends \(Self.name(opcode)) with address and data on \(isDouble ? "both edges" : "one edge") of the clock, the flash on bank \(bank) takes them on \(isDouble ? "one" : "both")"
        case .otherAddress(let bank, let opcode, let sent, let expected):
            "the loader sends \(Self.name(opcode)) with \(sent) bytes of address, the flash on bank \(bank) takes \(expected)"
        case .shortAddress(let bank, let opcode, let size):
            "the loader sends \(Self.name(opcode)) with 3 bytes of address, which reach the first 16 MiB of the \(size >> 20) MiB on bank \(bank)"
        case .otherDummy(let bank, let opcode, let sent, let expected, let register):
            "the loader sends \(Self.name(opcode)) with \(sent) clocks between address and data, the flash on bank \(bank) needs \(expected)\(register.map { " (\($0))" } ?? "")"
        case .usesFourLineProtocol(let bank):
            "the flash on bank \(bank) was told to take everything on four lines (QPI), and is not asked here"
        case .usesDoubleRateProtocol(let bank):
            "the flash on bank \(bank) was told to take everything behind opcodes on both edges of the clock (DTR protocol)"
        default: ""
        }
    }

    /// Whether it may be the reason of a failure, or only describes.
    package var isTelling: Bool {
        switch self {
        case .controllerBusy, .setUp, .identified, .status, .usesFourLineProtocol, .usesDoubleRateProtocol:
            false
        // A loader that uses no instruction on four lines leaves these pins to itself.
        case .pinNotConnected(let pin, mode: 1, _): !pin.signal.isForFourLines
        default: true
        }
    }

    /// What matters most has the lowest.
    var rank: Int {
        guard isTelling else { return 4 }
        return switch self {
        case .wrongBank, .drivesBothBanks, .drivesOneBank: 0
        case .silent: 1
        case .portClockOff, .pinNotConnected, .controllerClockOff, .controllerDisabled: 2
        case .unknownInstruction, .otherLines, .otherRate, .otherAddress, .otherDummy: 2
        default: 3
        }
    }

    /// What to do about it; nil when it only describes.
    package var remedy: String? {
        switch self {
        case .controllerClockOff, .portClockOff, .pinNotConnected, .controllerDisabled, .wrongBank,
            .drivesBothBanks, .drivesOneBank, .answersOnBank:
            "the loader was made for another board: use one for this board's pins and bank"
        case .silent:
            "check the flash's supply and soldering, and that the loader is made for this board's pins"
        case .otherChip: "use a loader for the flash that is fitted, and name it in the board file"
        case .differentChips: "fit two flashes of one kind"
        case .answersWithBoardSetUp: "the board is all right: use a loader made for it"
        case .writeProtected(_, _, let clearing): FlashFinding.unprotect(clearing)
        case .reportsFailure: "erase again; if it fails again, the flash is worn out there"
        case .quadDisabled: "the loader uses quad commands without setting QE first"
        case .unknownInstruction: "the loader was made for another flash: use one for this part"
        case .otherLines: "have the loader's command use the lines that the part's data sheet says"
        case .otherRate:
            "have the loader's command set DDRM where the part's data sheet has the instruction at double transfer rate, and only there"
        case .otherAddress:
            "switch the flash to the addresses that the loader uses (on some parts after a write enable), or use the opcodes with four bytes of address"
        case .shortAddress: "have the loader use four bytes of address for all of the flash"
        case .otherDummy:
            "make the loader's dummy cycles and the flash's configuration agree; mode bits count among the clocks"
        case .busy: "wait until the flash has finished, then try again"
        case .controllerBusy, .setUp, .identified, .status, .unreadable, .usesFourLineProtocol,
            .usesDoubleRateProtocol:
            nil
        }
    }

    /// As ``remedy``, where the board's file alone set clocks and pins up.
    package var remedyWithoutLoader: String? {
        switch self {
        case .silent:
            "check the flash's supply and soldering, and bank and pins in the board file (`extflash board show`)"
        case .otherChip: "name the flash that is fitted in the board file"
        default: remedy
        }
    }

    /// The application or an earlier tool set the bits, and no command of this program clears them.
    package static func unprotect(_ clearing: String?) -> String {
        "clear the flash's protection in the application or the loader's Init"
            + (clearing.map { ": \($0)" } ?? ", by the status registers that its data sheet names")
    }

    /// As data sheets write it: `9Fh`.
    private static func name(_ opcode: UInt8) -> String {
        (opcode < 16 ? "0" : "") + String(opcode, radix: 16, uppercase: true) + "h"
    }
    private static func text(_ bytes: [UInt8]) -> String {
        bytes.map { String($0.hex.dropFirst(2)) }.joined(separator: " ")
    }
    private static func text(_ chips: [String]) -> String {
        chips.isEmpty ? "" : " (\(chips.joined(separator: " or ")))"
    }
    private static func bankNames(_ banks: [Int]) -> String {
        banks.count == 1 ? "bank \(banks[0])" : "both banks as one memory"
    }
    private static func modeName(_ mode: UInt8, _ function: UInt8) -> String {
        switch mode {
        case 0: "an input"
        case 1: "an output"
        case 2: "alternate function \(function)"
        default: "analog"
        }
    }
}

extension BoardDefinition.Signal {
    /// Not needed while one or two lines carry everything.
    package var isForFourLines: Bool { self == .data2 || self == .data3 }
}
