// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import CortexM
package import DebugAccess
package import Essentials
package import FlashLoader
package import ObjectFiles

/// Why the agent did not do what it was told.
package enum AgentError: Error, Sendable {
    /// What a command failed with, as the agent tells it.
    package enum Fault: UInt32, Hashable, Sendable {
        case controllerStuck = 1, notWriteEnabled, busyTooLong, flashFailed, badCommand
    }

    case programMissing
    case programUnreadable(ImageError)
    case download(DebugAccessError)
    case access(DebugAccessError)
    case core(CoreError)
    case loader(LoaderError)
    /// `address` in the memory map; `status` is the flash's status register, or the controller's where that is stuck.
    case commandFailed(Fault, doing: String, address: UInt32, status: UInt32)
    /// The agent runs, and does not come to the end of a command.
    case noAnswer(doing: String, after: Duration, CoreError?)
    case leftByItself(UInt32)
    case unknownFault(UInt32)
    /// The agent says that more is done than it was given, as RAM does after a power cut.
    case impossibleState(completed: UInt32, submitted: UInt32)
    /// What the agent has read did not arrive as it was, also when it was fetched again.
    case damaged(AddressRange)
}

extension AgentError: Diagnosable {
    package var code: String {
        switch self {
        case .programMissing, .programUnreadable: "AGT-020"
        case .download: "AGT-021"
        case .access: "AGT-022"
        case .core: "AGT-023"
        case .loader: "AGT-024"
        case .commandFailed(.controllerStuck, _, _, _): "AGT-030"
        case .commandFailed(.notWriteEnabled, _, _, _): "AGT-031"
        case .commandFailed(.busyTooLong, _, _, _): "AGT-032"
        case .commandFailed(.flashFailed, _, _, _): "AGT-033"
        case .commandFailed(.badCommand, _, _, _): "AGT-034"
        case .noAnswer: "AGT-035"
        case .leftByItself: "AGT-036"
        case .unknownFault: "AGT-037"
        case .damaged: "AGT-038"
        case .impossibleState: "AGT-039"
        }
    }

    package var failureClass: FailureClass? {
        switch self {
        case .download, .access, .core, .loader: nil
        case .commandFailed: .flashFailed
        case .damaged: .probeFailed
        case .programMissing, .programUnreadable, .noAnswer, .leftByItself, .unknownFault, .impossibleState:
            .loaderFailed
        }
    }

    package var summary: String {
        switch self {
        case .programMissing: "the agent's machine code is not in this program"
        case .programUnreadable: "the agent's machine code in this program cannot be read"
        case .download: "the agent could not be loaded into RAM"
        case .access: "the way to the agent broke"
        case .core: "the agent did not run as it should"
        case .loader: "the loader could not be gone back to"
        case .commandFailed(let fault, let doing, let address, let status):
            "\(doing) failed at \(address.hex): " + Self.text(fault, status)
        case .noAnswer(let doing, let time, _):
            "the agent did not come to the end of \(doing) within \(Format.time(time))"
        case .leftByItself(let result): "the agent ended by itself with \(result)"
        case .unknownFault(let number): "the agent reports \(number), which is no failure it knows"
        case .impossibleState(let completed, let submitted):
            "the agent's RAM says that \(completed) commands are done, of \(submitted) that were given"
        case .damaged(let range): "\(range) did not arrive as the agent has read it, twice"
        }
    }

    private static func text(_ fault: Fault, _ status: UInt32) -> String {
        switch fault {
        case .controllerStuck: "the QUADSPI does not come to the end of a command (SR \(status.hex))"
        case .notWriteEnabled:
            "the flash does not take the write enable (status \(UInt8(truncatingIfNeeded: status).hex))"
        case .busyTooLong:
            "the flash is busy for longer than its data sheet allows (status \(UInt8(truncatingIfNeeded: status).hex))"
        case .flashFailed: "the flash reports a failure (status \(UInt8(truncatingIfNeeded: status).hex))"
        case .badCommand: "the agent cannot do that with this flash"
        }
    }

    package var remedies: [String] {
        switch self {
        case .commandFailed(.controllerStuck, _, _, _), .noAnswer:
            [
                "Try the loader's own functions (--engine loader).",
                "Lower the QUADSPI clock in the loader's Init.",
            ]
        case .commandFailed(.notWriteEnabled, _, _, _):
            [
                "Check the flash's write protection with `extflash info`.",
                "Check /WP and /HOLD, and that the flash is the one the board's file names.",
            ]
        case .commandFailed(.busyTooLong, _, _, _):
            ["Check the flash's supply; a flash near the end of its life also takes longer."]
        case .commandFailed(.flashFailed, _, _, _):
            ["Check the flash's write protection with `extflash info`; else the flash is worn or broken."]
        case .impossibleState: ["Check the board's supply: its RAM was lost, or something else writes to it."]
        case .damaged: ["Lower --speed; check cable and ground of the probe."]
        default: []
        }
    }

    package var cause: (any Diagnosable)? {
        switch self {
        case .programUnreadable(let error): error
        case .download(let error), .access(let error): error
        case .core(let error): error
        case .noAnswer(_, _, let error): error
        case .loader(let error): error
        case .programMissing, .commandFailed, .leftByItself, .unknownFault, .damaged, .impossibleState: nil
        }
    }
}
