// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials
package import FlashProgramming

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
    /// An image file that cannot be used, or several that do not go together.
    case imageInvalid(any Diagnosable)
    case fileUnreadable(path: String, reason: String)
    case fileUnwritable(path: String, reason: String)
    /// No file of the job is a raw binary that waits for an address.
    case addressUnused(UInt32, files: [String])
    /// What stands in an argument or after an option is not the number it should be.
    case badNumber(String, of: String, meaning: String, RangeTextProblem)
    /// A pipe can be read once only.
    case givenTwice(String)
    /// `size` is nil when the file's end was not reached.
    case imageTooLarge(file: String, format: String, size: Int?, limit: Int)
    /// Everything in the files is for other memories.
    case nothingInFlash(files: [String], flash: String)
    /// The command runs a loader, which a core that goes on running does not allow.
    case loaderNeedsHalt
    case formatUnknown(path: String, known: [String])
    case badRange(any Diagnosable)
    /// The board file names another target than the one that was found.
    case boardForOtherTarget(board: String, target: String, found: String)
    case loaderBelongsElsewhere(loader: String, loaderStart: UInt32, flash: Range<UInt32>)
    /// Neither the path of a pack, nor the name of a file that ends as packs do.
    case notAPack(String)
    /// What its check found keeps the loader from working; the findings' codes.
    case loaderUnsound(loader: String, codes: [String])
    /// Neither board nor loader was named, and these boards have a loader of their own.
    case boardNeeded(known: [String])
    case boardHasMistakes(file: String, count: Int)
    /// Stopped on request before anything was done on a bench.
    case cancelled(during: String)
}
