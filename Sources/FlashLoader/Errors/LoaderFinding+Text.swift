// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import HardwareDescription

extension LoaderFinding {
    /// One sentence.
    package var text: String {
        switch self {
        case .place(let place, let samples, let total):
            total == 1 ? "it stands in \(place)" : "it was in \(place) in \(samples) of \(total) samples"
        case .calledFrom(let place): "called from about \(place)"
        case .fault(let text): text
        case .faultedIn(let place): "it came from \(place)"
        case .stackUsed(let used, let size): "\(used) of \(size) bytes of its stack were in use"
        case .codeOverwritten(let address, let place): "its code was overwritten at \(address.hex) (\(place))"
        case .stackPointerOutside(let pointer, let stack):
            "its stack pointer is \(pointer.hex), its stack is \(stack.lowerBound.hex) to \((stack.upperBound - 1).hex)"
        case .memoryNotCleared(let count):
            "\(count) bytes that it needs zeroed are not: the vendor's layout clears 512 bytes and no more"
        case .boardNotReached: "it had not come as far as switching the QUADSPI on"
        case .controllerClockOff: "the QUADSPI's clock is off"
        case .portClockOff(let port): "the clock of GPIO\(port) is off"
        case .pinNotConnected(let pin, let mode, let function):
            "\(pin.name) (\(pin.signal.rawValue)) is \(Self.modeName(mode, function)), not alternate function \(pin.function)"
        case .controllerDisabled: "the QUADSPI is not enabled"
        case .wrongBank(let selected, let board):
            "the QUADSPI is set to bank \(selected), the flash is on bank \(board)"
        case .dualFlash: "the QUADSPI is set up for two flashes at once"
        case .controllerBusy(let status): "the QUADSPI is in the middle of a transfer (SR \(status.hex))"
        case .flashSilent(let id): "the flash does not answer (JEDEC id reads \(Self.text(id)))"
        case .flashIdentified(let id, let isExpected):
            isExpected
                ? "the flash answers with JEDEC id \(Self.text(id))"
                : "the flash is another one: JEDEC id \(Self.text(id))"
        case .answersWithBoardSetUp(let id):
            "set up as the board file says, the flash answers with JEDEC id \(Self.text(id))"
        case .writeProtected(let status): "the flash is write-protected: \(status.text)"
        case .quadDisabled: "the flash's quad enable bit is not set"
        case .flashBusy: "the flash is busy with an operation"
        case .unreadable(let what, let code): "\(what) could not be read [\(code)]"
        }
    }

    /// Whether it may be the reason, or only describes.
    package var isTelling: Bool {
        switch self {
        case .calledFrom, .controllerBusy, .flashIdentified(_, isExpected: true): false
        case .stackUsed(let used, let size): used >= size / 8 * 7
        default: true
        }
    }

    /// What to do about it; nil when it only describes.
    var remedy: String? {
        switch self {
        case .stackPointerOutside: "the loader needs more stack than this: use the spacious layout"
        case .memoryNotCleared: "the loader needs its .bss cleared: use the spacious layout"
        case .codeOverwritten: "the loader's stack or a wild pointer ran over its code: look at its stack use"
        case .controllerClockOff, .portClockOff, .pinNotConnected, .controllerDisabled, .wrongBank,
            .dualFlash:
            "the loader was made for another board: use one for this board's pins and bank"
        case .flashSilent:
            "check the flash's supply and soldering, and that the loader is made for this board's pins"
        case .flashIdentified(_, isExpected: false): "use a loader for the flash that is fitted"
        case .answersWithBoardSetUp: "the board is all right: use a loader made for it"
        case .writeProtected:
            "clear the protection bits in the flash's status registers (the application may have set them)"
        case .quadDisabled: "the loader uses quad commands without setting QE first"
        case .flashBusy: "wait until the flash has finished, then try again"
        default: nil
        }
    }

    private static func text(_ bytes: [UInt8]) -> String {
        bytes.map { String($0.hex.dropFirst(2)) }.joined(separator: " ")
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
