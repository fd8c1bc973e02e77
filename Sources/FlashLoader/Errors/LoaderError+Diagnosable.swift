// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CortexM
import DebugAccess
package import Essentials
import FlashController

extension LoaderError: Diagnosable {
    package var code: String {
        switch self {
        case .outsideRAM: "LDR-020"
        case .noRoom: "LDR-021"
        case .vendorLayoutImpossible: "LDR-022"
        case .download: "LDR-023"
        case .access: "LDR-024"
        case .core: "LDR-025"
        case .functionMissing: "LDR-026"
        case .outsideFlash: "LDR-027"
        case .refused where saysFlashSilent: "LDR-028"
        case .refused where saysWriteProtected: "LDR-029"
        case .refused: "LDR-030"
        case .callFailed: "LDR-031"
        case .cancelled: "LDR-032"
        case .bufferUntouched: "LDR-033"
        case .controller: "LDR-034"
        case .unsuitable: "LDR-035"
        case .layoutOfOtherTool: "LDR-036"
        }
    }

    /// One bank is silent, and no flash answers on the other: then the loader chose the wrong one.
    private var saysFlashSilent: Bool {
        findings.contains { if case .flash(.silent) = $0 { true } else { false } }
            && !findings.contains {
                switch $0 {
                case .flash(.identified), .flash(.answersOnBank), .flash(.answersWithBoardSetUp): true
                default: false
                }
            }
    }
    private var saysWriteProtected: Bool {
        findings.contains { if case .flash(.writeProtected) = $0 { true } else { false } }
    }

    package var failureClass: FailureClass? {
        switch self {
        case .download, .access, .core, .controller: nil
        case .outsideRAM, .noRoom, .vendorLayoutImpossible: .loaderOutsideRAM
        case .functionMissing: .loaderInvalid
        case .outsideFlash: .imageBeyondFlash
        // The loader returned an error: the flash operation failed, not the loader.
        case .refused(let function, _, _, _, _):
            seenOnTheBoard ?? (function == .initialize ? .loaderFailed : .flashFailed)
        case .callFailed: seenOnTheBoard ?? .loaderFailed
        case .layoutOfOtherTool: .usage
        case .cancelled: .cancelled
        case .bufferUntouched: .loaderFailed
        case .unsuitable: seenOnTheBoard ?? .loaderFailed
        }
    }

    /// What was seen on the board says more than how the loader ended: it is asked to work with a flash that is silent
    /// or protected as often as it is itself at fault.
    private var seenOnTheBoard: FailureClass? {
        var isSilent = false
        for finding in findings {
            switch finding {
            // The same flash answers the debugger: the loader talks to other pins or another bank.
            case .flash(.answersWithBoardSetUp), .flash(.answersOnBank), .flash(.wrongBank):
                return .loaderFailed
            // Init has run, whatever it returned: what it did not switch on is its fault.
            case .flash(.controllerClockOff), .flash(.controllerDisabled): return .loaderFailed
            case .flash(.writeProtected): return .flashProtected
            case .flash(.busy): return .flashFailed
            case .flash(.silent): isSilent = true
            default: break
            }
        }
        return isSilent ? .flashSilent : nil
    }

    package var summary: String {
        switch self {
        case .outsideRAM(let file, let needed, let ram):
            "\(file) is linked to \(Self.text(needed)), outside the RAM for loaders (\(Self.text(ram)))"
        case .noRoom(let file, let free, let needed):
            "\(file) leaves \(free) bytes of RAM free; stack and buffers need \(needed)"
        case .vendorLayoutImpossible(let file, let base):
            "\(file) begins at \(base.hex) and leaves no word below it, which the vendor's layout needs"
        case .download(_, let file): "\(file) could not be loaded into RAM"
        case .access(_, let step): "\(step.rawValue) failed"
        case .core(_, let step): "\(step.rawValue) failed"
        case .functionMissing(let function, let file): "\(file) has no function \(function.rawValue)"
        case .outsideFlash(let function, let addresses, let flash):
            "\(function.rawValue) was asked for \(Self.text(addresses)), the flash is \(Self.text(flash))"
        case .layoutOfOtherTool(let file, let format):
            "\(file) is \(format.title); the vendor layout is that of ST's tool, which does not run these"
        case .refused(let function, let value, let file, let findings, let format):
            "\(function.rawValue) of \(file) returned \(Self.result(value, format))\(Self.text(findings))"
        case .callFailed(let function, let error, let file, let findings):
            "\(function.rawValue) of \(file) \(Self.ending(error))\(Self.text(findings))"
        case .cancelled(let function): "\(function.rawValue) was cancelled"
        case .bufferUntouched(let address, let file):
            "Read of \(file) said that it had read, but gave no data for \(address.hex)"
        case .controller: "the flash could not be asked by the debugger"
        case .unsuitable(let file, let findings): "\(file) does not suit this board\(Self.text(findings))"
        }
    }

    package var remedies: [String] {
        switch self {
        case .outsideRAM: ["link the loader to that RAM: ST's for this family start at 0x24000004"]
        case .noRoom: ["make the loader smaller: large buffers of its own are not needed"]
        case .vendorLayoutImpossible:
            ["link the loader 4 bytes above the start of RAM, or use the spacious layout"]
        case .layoutOfOtherTool: ["use the spacious layout"]
        case .refused, .callFailed, .unsuitable:
            findings.compactMap(\.remedy).reduce(into: []) { list, remedy in
                if !list.contains(remedy) { list.append(remedy) }
            }
        case .bufferUntouched: ["do not trust this loader's Read: use one that maps the flash"]
        default: []
        }
    }

    package var cause: (any Diagnosable)? {
        switch self {
        case .download(let error, _), .access(let error, _): error
        case .controller(let error): error
        case .core(let error, _), .callFailed(_, let error, _, _): error
        default: nil
        }
    }

    /// The three findings that matter most.
    private static func text(_ findings: [LoaderFinding]) -> String {
        let telling = findings.filter(\.isTelling)
        let shown = telling.isEmpty ? findings : telling
        return shown.isEmpty ? "" : ": " + shown.prefix(3).map(\.text).joined(separator: "; ")
    }
    /// Drivers' error codes are small, often negative.
    private static func result(_ value: UInt32, _ format: LoaderFormat) -> String {
        let number = Int32(bitPattern: value)
        let text = number.magnitude < 1_000 ? "\(number)" : value.hex
        let subject = format == .st ? "a loader" : "a CMSIS algorithm"
        return "\(text) (\(subject) returns \(format.success) for success)"
    }
    private static func ending(_ error: CoreError) -> String {
        switch error {
        case .callTimedOut(let mortem): "did not come back within \(Format.time(mortem.elapsed))"
        case .callFaulted: "ended in a fault"
        case .callLockedUp: "locked the core up"
        case .callHitBreakpoint: "stopped at a breakpoint"
        case .stackOverflowed: "used more stack than there is"
        case .callOverran(let mortem) where mortem.watched == .gate:
            "was stopped when it wrote over the code that it returns to"
        case .callOverran: "was stopped when it wrote into the guard below its stack"
        case .targetReset: "ended in a reset of the target"
        default: "did not come back"
        }
    }
    private static func text(_ range: Range<UInt64>) -> String {
        "\(UInt32(clamping: range.lowerBound).hex) to \(UInt32(clamping: max(1, range.upperBound) - 1).hex)"
    }
    private static func text(_ range: Range<UInt32>) -> String {
        text(UInt64(range.lowerBound)..<UInt64(range.upperBound))
    }
}
