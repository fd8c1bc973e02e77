// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// Why no board can be inferred from a loader.
enum InferenceError: Error, Sendable {
    /// It set up something, but nothing of the QUADSPI; what it wrote to, most often first.
    case otherController(loader: String, peripherals: [String])
    /// Init was through, and touched no peripheral that leads to a flash.
    case nothingTouched(loader: String)
    /// It failed before it came to the controller and its pins.
    case endedBefore(loader: String, any Diagnosable)
    /// The controller was set up without a pin.
    case noPins(loader: String)
}

extension InferenceError: Diagnosable {
    package var code: String {
        switch self {
        case .otherController: "INF-001"
        case .nothingTouched: "INF-002"
        case .endedBefore: "INF-003"
        case .noPins: "INF-004"
        }
    }
    package var failureClass: FailureClass? { .loaderFailed }

    package var summary: String {
        switch self {
        case .otherController(let loader, let peripherals):
            "Init of \(loader) does not touch the QUADSPI; it writes to \(peripherals.joined(separator: ", "))"
        case .nothingTouched(let loader):
            "neither Init nor another function of \(loader) touches QUADSPI or pins"
        case .endedBefore(let loader, let error):
            "Init of \(loader) ended before it came to the QUADSPI's pins: \(error.summary)"
        case .noPins(let loader):
            "Init of \(loader) sets the QUADSPI up, but gives no pin to it"
        }
    }
    package var remedies: [String] {
        switch self {
        case .otherController:
            ["only flash on the QUADSPI of the STM32H74x and H75x can be described and driven"]
        case .nothingTouched:
            ["look what its functions do (`extflash loader inspect`), and write the board file by hand"]
        case .endedBefore(_, let error): error.remedies
        case .noPins:
            [
                "look whether it relies on an application that had set the pins up, and write the board file by hand"
            ]
        }
    }
    package var cause: (any Diagnosable)? {
        if case .endedBefore(_, let error) = self { error.cause } else { nil }
    }
}
