// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// Why a job on a bench did not come to a good end.
package enum WorkbenchError: Error, Sendable {
    /// A layer below failed while `during` was being done.
    case step(String, any Diagnosable)
    case noProbe(selector: String, present: [String])
    case severalProbes(selector: String, matching: [String])
    /// A device was found, but no driver can work with it (a loader mode, an unsupported generation).
    case probeUnusable(probe: String, reason: any Diagnosable)
    case configurationMissing(kind: String, name: String, known: [String], searched: [String])
    case configurationInvalid(path: String, any Diagnosable)
    case configurationValue(path: String, line: Int, column: Int, problem: String)
    case fileUnreadable(path: String, reason: String)
    case fileUnwritable(path: String, reason: String)
    case addressForAddressedFile(file: String, format: String)
    case formatUnknown(path: String, known: [String])
    case badRange(text: String, any Diagnosable)
    case loaderBelongsElsewhere(loader: String, loaderStart: UInt32, flash: Range<UInt32>)
    /// The flash never identified itself.
    case flashSilent(answer: [UInt8], any Diagnosable)
    case flashProtected(status: String, any Diagnosable)
    case cancelled(during: String)
}
