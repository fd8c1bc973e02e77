// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Why a simulated bench could not be set up as asked.
package enum BenchError: Error, Hashable, Sendable {
    case notASimulatorSelector(String)
    case unknownProbe(String, valid: [String])
    /// An item that is not `key=value`.
    case malformedItem(String)
    case unknownKey(String, valid: [String])
    case repeatedKey(String)
    case unknownValue(key: String, value: String, valid: [String])
    /// The firmware named does not exist for this kind of probe, or cannot be told over its protocol.
    case unknownFirmware(String, probe: String, example: String)
    /// The simulated flash kept between runs could not be read or written.
    case state(path: String, detail: String)
    /// The file is there, but is no contents of this flash.
    case stateSize(path: String, found: Int, expected: Int)
    /// Another bench, most likely in another process, has the directory.
    case stateInUse(path: String)
    /// The file is damaged, or somebody else's.
    case stateForeign(path: String, detail: String)
    /// A file that describes a board or a flash part cannot be used.
    case description(DescriptionProblem, file: String, line: Int, column: Int)
    /// The flash part has not what the fault is about.
    case faultImpossible(String, part: String, feature: String)
    /// There is no file of this name in the folder of `Config`.
    case descriptionMissing(String, folder: String)
    /// It is there, and cannot be read.
    case descriptionUnreadable(String, reason: String)
}
