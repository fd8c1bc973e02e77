// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials
package import ObjectFiles

/// Why no loader can be made for a board.
package enum BoardLoaderError: Error, Sendable {
    /// The target's flash controller is not the QUADSPI that the code drives.
    case otherController(target: String, base: UInt32)
    /// Two banks, each for itself.
    case twoFlashes(board: String)
    /// Two that work as one memory and are not alike.
    case unlikeFlashes(board: String, [String])
    /// The board's file has no part for a bank, and nobody has looked.
    case flashNotNamed(board: String)
    /// What answers is no known part, nor does it describe itself.
    case flashUnknown(board: String)
    /// Each with a status that is asked for by an address.
    case severalDies(chip: String, dies: Int)
    /// The chip's file does not say how.
    case notDescribed(String, chip: String)
    case beyondWindow(chip: String, start: UInt32, size: UInt32, window: Range<UInt32>)
    case programMissing
    case programUnreadable(ImageError)
}

extension BoardLoaderError: Diagnosable {
    package var code: String {
        switch self {
        case .otherController: "BLD-001"
        case .twoFlashes: "BLD-002"
        case .unlikeFlashes: "BLD-003"
        case .flashNotNamed: "BLD-004"
        case .flashUnknown: "BLD-005"
        case .severalDies: "BLD-006"
        case .notDescribed: "BLD-007"
        case .beyondWindow: "BLD-008"
        case .programMissing: "BLD-009"
        case .programUnreadable: "BLD-010"
        }
    }
    package var failureClass: FailureClass? {
        switch self {
        case .programMissing, .programUnreadable: .loaderFailed
        default: .configurationInvalid
        }
    }

    package var summary: String {
        switch self {
        case .otherController(let target, let base):
            "no loader can be made for \(target) yet: its flash controller at \(base.hex) is not the QUADSPI at "
                + AgentController.base.hex
        case .twoFlashes(let board):
            "no loader can be made for \(board) yet: it has two flashes, each for itself, and a loader serves one"
        case .unlikeFlashes(let board, let chips):
            "no loader can be made for \(board): its two flashes are one memory and not alike "
                + "(\(chips.joined(separator: ", ")))"
        case .flashNotNamed(let board):
            "no loader can be made for \(board) without a look at it: its file does not name the flash"
        case .flashUnknown(let board):
            "no loader can be made for \(board): its flash is of no known part, and does not describe itself"
        case .severalDies(let chip, let dies):
            "no loader can be made for \(chip) yet: its \(dies) dies have registers at addresses of their own"
        case .notDescribed(let what, let chip):
            "no loader can be made for \(chip) yet: its description does not say \(what)"
        case .beyondWindow(let chip, let start, let size, let window):
            "no loader can be made for \(chip): its \(Format.bytes(size)) at \(start.hex) do not fit into "
                + "\(window.lowerBound.hex)..\(window.upperBound.hex), where the target maps flash"
        case .programMissing: "the machine code of the loader is not in this program"
        case .programUnreadable: "the machine code of the loader in this program cannot be read"
        }
    }

    package var remedies: [String] {
        switch self {
        case .otherController, .severalDies:
            ["Give a loader of the board's own (--loader FILE, or `loader:` in its file)."]
        case .twoFlashes: ["Write a board file for each of the two, with its bank alone."]
        case .unlikeFlashes:
            ["Name the same part on both banks; parts that differ need a loader of their own (--loader)."]
        case .flashNotNamed:
            ["Name the flash (--flash NAME; `extflash flash list` tells those that are known)."]
        case .flashUnknown, .notDescribed:
            [
                "Describe the flash in a file of its own (the article FlashFiles) and name it in the board's file.",
                "Give a loader of the board's own (--loader FILE).",
            ]
        case .beyondWindow: ["Check `mapped:` in the board's file and the size in the flash's."]
        case .programMissing, .programUnreadable: []
        }
    }

    package var cause: (any Diagnosable)? {
        if case .programUnreadable(let error) = self { error } else { nil }
    }
}
