// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import DebugAccess
package import Essentials

/// Why a flash could not be asked through its controller.
package enum FlashControllerError: Error, Sendable {
    case access(DebugAccessError)
    /// The controller does not end a transfer; the status register as it was last.
    case stuck(status: UInt32, after: Duration)
}

extension FlashControllerError: Diagnosable {
    package var code: String {
        switch self {
        case .access: "FCT-001"
        case .stuck: "FCT-002"
        }
    }
    package var failureClass: FailureClass? {
        switch self {
        case .access: nil
        case .stuck: .targetFailed
        }
    }
    package var summary: String {
        switch self {
        case .access: "the QUADSPI registers could not be accessed"
        case .stuck(let status, let limit):
            "the QUADSPI did not end its transfer within \(limit) (SR \(status.hex))"
        }
    }
    package var remedies: [String] {
        switch self {
        case .access: []
        case .stuck: ["reset the target and try again"]
        }
    }
    package var cause: (any Diagnosable)? {
        switch self {
        case .access(let error): error
        case .stuck: nil
        }
    }
}
