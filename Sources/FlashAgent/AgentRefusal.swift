// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// Why the agent does not take a flash over, and the loader goes on by itself.
package enum AgentRefusal: Error, Hashable, Sendable {
    case noRoom(String)
    /// Init left the flash in no mode that tells how it is read.
    case notMapped
    /// Two that work as one memory, of different kinds.
    case unlikeFlashes
    /// Commands go without an instruction, or on more than one line.
    case otherProtocol
    case doubleRate
    case unknownFlash
    /// The chip's file does not say how.
    case notDescribed(String, chip: String)
    /// Three bytes of address, and a flash that is larger.
    case shortAddresses(chip: String)
    case vendorLayout
    /// The target's QUADSPI lies elsewhere than the one that the agent knows.
    case otherController
}

extension AgentRefusal: Diagnosable {
    package var code: String {
        switch self {
        case .noRoom: "AGT-001"
        case .notMapped: "AGT-002"
        case .unlikeFlashes: "AGT-003"
        case .otherProtocol: "AGT-004"
        case .doubleRate: "AGT-005"
        case .unknownFlash: "AGT-006"
        case .notDescribed: "AGT-007"
        case .shortAddresses: "AGT-008"
        case .vendorLayout: "AGT-009"
        case .otherController: "AGT-010"
        }
    }
    package var failureClass: FailureClass? { .loaderFailed }

    package var summary: String {
        switch self {
        case .noRoom(let what): "the agent finds no room: it needs \(what)"
        case .notMapped:
            "the loader's Init does not leave the flash memory-mapped, which would show how it is read"
        case .unlikeFlashes:
            "the loader drives two flashes of different kinds as one memory, which the agent does not"
        case .otherProtocol:
            "the loader has put the flash into a protocol other than SPI with instructions on one line"
        case .doubleRate: "the loader reads the flash at double data rate, which the agent does not"
        case .unknownFlash: "the flash that is fitted is not known, nor does it describe itself"
        case .notDescribed(let what, let chip): "the description of \(chip) does not say \(what)"
        case .shortAddresses(let chip): "the loader sends three bytes of address to \(chip), which needs four"
        case .otherController: "the target's flash controller is not the one that the agent knows"
        case .vendorLayout:
            "the loader is laid out as the vendor's tool does it, where the agent has no place"
        }
    }
    package var remedies: [String] {
        ["Leave the engine to be chosen (--engine auto): then the loader's own functions are called instead."]
    }
}
