// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// What the target answered on the wire instead of OK (ADIv5.2 §B4.2.3).
package enum FailedAcknowledge: String, Hashable, Sendable {
    /// Still busy after every retry.
    case wait
    /// A sticky flag is set in CTRL/STAT.
    case fault
    /// Nobody drove the line.
    case none
    /// Parity or an illegal pattern.
    case protocolError
}

/// Why a probe did not do what was asked.
package enum ProbeError: Error, Sendable {
    /// USB failed; `during` names the probe command.
    case transport(any Diagnosable, during: String)
    /// The answer is too short, or not to the question.
    case malformedResponse(command: String, detail: String)
    /// The target refused or did not answer. `operation` is the index into the batch, `valuesRead` what came before it.
    case acknowledge(FailedAcknowledge, operation: Int, valuesRead: [UInt32])
    /// Firmware block access failed at `address`, as far as the firmware says.
    case memoryAccess(FailedAcknowledge, address: UInt32, status: UInt8)
    /// The probe refused a command with a status of its own.
    case refused(command: String, status: UInt8, meaning: String)
    /// This firmware cannot do it; `needs` names the firmware that can.
    case unsupported(feature: String, needs: String)
    /// Nothing answers on SWD.
    case noTarget(detail: String)
    /// VTREF is below what the probe can work with.
    case targetNotPowered(volts: Double)
}

extension ProbeError: Diagnosable {
    package var code: String {
        switch self {
        case .transport: "PRB-001"
        case .malformedResponse: "PRB-002"
        case .acknowledge: "PRB-003"
        case .memoryAccess: "PRB-004"
        case .refused: "PRB-005"
        case .unsupported: "PRB-006"
        case .noTarget: "PRB-007"
        case .targetNotPowered: "PRB-008"
        }
    }

    package var failureClass: FailureClass? {
        switch self {
        case .transport: nil
        case .malformedResponse, .refused, .unsupported: .probeFailed
        case .acknowledge, .memoryAccess: .targetFailed
        case .noTarget: .noTarget
        case .targetNotPowered: .targetUnpowered
        }
    }

    package var summary: String {
        switch self {
        case .transport(_, let command): "\(command) did not get through to the probe"
        case .malformedResponse(let command, let detail):
            "the probe's answer to \(command) makes no sense: \(detail)"
        case .acknowledge(let answer, let operation, _):
            "SWD transfer \(operation) failed: \(answer.summary)"
        case .memoryAccess(let answer, let address, let status):
            "memory access at \(address.hex) failed: \(answer.summary) (probe status \(status.hex))"
        case .refused(let command, let status, let meaning):
            "the probe refused \(command): \(meaning) (status \(status.hex))"
        case .unsupported(let feature, let needs):
            "this probe's firmware has no \(feature); it needs \(needs)"
        case .noTarget(let detail): "no target answers on SWD: \(detail)"
        case .targetNotPowered(let volts):
            "the target is not powered: the probe measures \(Format.volts(volts))"
        }
    }

    package var remedies: [String] {
        switch self {
        case .targetNotPowered: ["power the board and check that VTREF is wired to the probe"]
        case .noTarget:
            [
                "check SWDIO, SWCLK and GND", "lower --speed",
                "use --connect under-reset: firmware may have switched the debug pins off",
            ]
        case .unsupported: ["update the probe's firmware"]
        case .transport, .malformedResponse, .acknowledge, .memoryAccess, .refused: []
        }
    }

    package var cause: (any Diagnosable)? {
        if case .transport(let error, _) = self { error } else { nil }
    }
}

extension ProbeError {
    /// Nothing intelligible came back over SWD, as after a target reset or with the debug pins off.
    package var isLineFailure: Bool {
        switch self {
        case .acknowledge(let answer, _, _), .memoryAccess(let answer, _, _): answer != .fault
        case .noTarget: true
        case .transport, .malformedResponse, .refused, .unsupported, .targetNotPowered: false
        }
    }
}

extension FailedAcknowledge {
    /// As a sentence.
    package var summary: String {
        switch self {
        case .wait: "the target stayed busy (WAIT)"
        case .fault: "the target reported an error (FAULT)"
        case .none: "the target did not answer"
        case .protocolError: "the target's answer was garbled"
        }
    }
}
