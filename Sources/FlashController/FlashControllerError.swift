// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import DebugAccess
package import Essentials

/// Why a flash could not be asked through its controller.
package indirect enum FlashControllerError: Error, Sendable {
    case access(DebugAccessError)
    /// The controller does not end a transfer; the status register as it was last.
    case stuck(status: UInt32, after: Duration)
    /// It failed, and then registers that were changed for the look could not be put back either.
    case notPutBack(after: FlashControllerError, because: FlashControllerError)
}

extension FlashControllerError: Diagnosable {
    package var code: String {
        switch self {
        case .access: "FCT-001"
        case .stuck: "FCT-002"
        case .notPutBack: "FCT-003"
        }
    }
    package var failureClass: FailureClass? {
        switch self {
        case .access: nil
        case .stuck: .targetFailed
        case .notPutBack: nil
        }
    }
    package var summary: String {
        switch self {
        case .access: "the QUADSPI registers could not be accessed"
        case .stuck(let status, let limit):
            "the QUADSPI did not end its transfer within \(limit) (SR \(status.hex))"
        case .notPutBack(_, let error):
            "clocks, pins and QUADSPI could not be put back as they were: "
                + error.chain.map(\.summary).joined(separator: ": ")
        }
    }
    package var remedies: [String] {
        switch self {
        case .access: []
        case .stuck: ["reset the target and try again"]
        case .notPutBack:
            ["reset the board: an application that goes on has other settings of its flash than it made"]
        }
    }
    package var cause: (any Diagnosable)? {
        switch self {
        case .access(let error): error
        case .stuck: nil
        case .notPutBack(let error, _): error
        }
    }

    /// Runs `way` back after `error`, and tells both if that fails too.
    static func after(
        _ error: FlashControllerError, _ way: () throws(FlashControllerError) -> Void
    ) -> FlashControllerError {
        do { try way() } catch let second { return .notPutBack(after: error, because: second) }
        return error
    }
}
