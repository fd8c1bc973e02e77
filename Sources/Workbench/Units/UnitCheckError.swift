// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// A unit that is not what its recipe says, before or after it was programmed.
package enum UnitCheckError: Error, Hashable, Sendable {
    /// Millivolts.
    case voltageOutside(found: Int, allowed: ClosedRange<Int>)
    case voltageUnknown(allowed: ClosedRange<Int>)
    case otherPart(found: String, expected: String)
    case otherRevision(found: String?, expected: String)
    case otherFlash(found: String?, expected: String)
    case hashDiffers(range: AddressRange, found: String, expected: String)
    /// Between two attempts somebody has put another board in; unique ids of the microcontrollers.
    case otherBoard(found: String?, expected: String)
    case wordMissing(address: UInt32, found: UInt32, expected: UInt32, after: Duration)
}

extension UnitCheckError: Diagnosable {
    package var code: String {
        switch self {
        case .voltageOutside: "UNT-001"
        case .voltageUnknown: "UNT-002"
        case .otherPart: "UNT-003"
        case .otherRevision: "UNT-004"
        case .otherFlash: "UNT-005"
        case .hashDiffers: "UNT-006"
        case .wordMissing: "UNT-007"
        case .otherBoard: "UNT-008"
        }
    }

    package var failureClass: FailureClass? {
        switch self {
        case .voltageOutside, .voltageUnknown: .targetUnpowered
        case .otherPart, .otherRevision, .otherBoard: .wrongPart
        case .otherFlash: .refused
        case .hashDiffers: .verifyMismatch
        case .wordMissing: .targetFailed
        }
    }

    package var summary: String {
        switch self {
        case .voltageOutside(let found, let allowed):
            "the board's supply is \(volts(found)), the recipe allows \(window(allowed))"
        case .voltageUnknown(let allowed):
            "the probe does not measure the board's supply, which must be \(window(allowed))"
        case .otherPart(let found, let expected): "the part is \(found), the recipe says \(expected)"
        case .otherRevision(let found, let expected):
            "the part's revision is \(found ?? "not known"), the recipe says \(expected)"
        case .otherFlash(let found, let expected):
            "the flash answers \(found ?? "nothing"), the recipe says \(expected)"
        case .hashDiffers(let range, let found, let expected):
            "\(range) has the SHA-256 \(found), the recipe says \(expected)"
        case .otherBoard(let found, let expected):
            "the microcontroller is \(found ?? "without a number"), the unit was begun on \(expected)"
        case .wordMissing(let address, let found, let expected, let time):
            "the application was to write \(expected.hex) to \(address.hex); \(Format.time(time)) after the reset"
                + " it holds \(found.hex)"
        }
    }

    package var remedies: [String] {
        switch self {
        case .voltageOutside: ["look at the fixture's supply and its contact pins"]
        case .voltageUnknown: ["use a probe that measures the supply, or take `voltage` out of the recipe"]
        case .otherPart, .otherRevision, .otherFlash:
            ["look whether the right board is in the slot, and the right recipe in force"]
        case .otherBoard: ["leave a board in its slot until its unit has ended"]
        case .hashDiffers: ["look whether image and recipe belong together"]
        case .wordMissing:
            ["look at the application's own self-test; the flash was proven before it was started"]
        }
    }

    private func volts(_ millivolts: Int) -> String { Format.volts(Double(millivolts) / 1000) }
    private func window(_ allowed: ClosedRange<Int>) -> String {
        "\(volts(allowed.lowerBound)) to \(volts(allowed.upperBound))"
    }
}
