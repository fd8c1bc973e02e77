// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// Why a job failed.
package enum WorkbenchError: Error, Sendable {
    /// A layer below failed while `during` was being done.
    case step(String, any Diagnosable)
    case noProbe(selector: String, present: [String])
    case severalProbes(selector: String, matching: [String])
    case configurationMissing(kind: ConfigurationKind, name: String, known: [String], searched: [String])
    /// No kind has a file of this name.
    case configurationUnknown(name: String)
    case configurationAmbiguous(name: String, kinds: [ConfigurationKind])
    case configurationInvalid(any Diagnosable)
    case fileUnreadable(path: String, reason: String)
    case fileUnwritable(path: String, reason: String)
    case addressForAddressedFile(file: String, format: String)
    case formatUnknown(path: String, known: [String])
    case badRange(any Diagnosable)
    /// The board file names another target than the one that was found.
    case boardForOtherTarget(board: String, target: String, found: String)
    case loaderBelongsElsewhere(loader: String, loaderStart: UInt32, flash: Range<UInt32>)
    /// The board file names no loader, and none was given.
    case boardWithoutLoader(String)
    /// Stopped on request before anything was done on a bench.
    case cancelled(during: String)
}
