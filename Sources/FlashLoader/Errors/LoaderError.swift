// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import CortexM
package import DebugAccess
package import FlashController

/// What was being done around a loader's calls.
package enum LoaderStep: String, Hashable, Sendable {
    case prepare = "preparing the core"
    case transfer = "moving data to or from the loader's buffer"
    case mappedRead = "reading the memory-mapped flash"
}

/// Why a loader did not run or did not do its work.
package enum LoaderError: Error, Sendable {
    /// A piece of the loader is linked to where the target has no loader RAM.
    case outsideRAM(file: String, needed: Range<UInt64>, ram: Range<UInt32>)
    /// What the loader leaves free is too small for stack and buffers.
    case noRoom(file: String, free: UInt64, needed: UInt64)
    /// No word is free below the image.
    case vendorLayoutImpossible(file: String, base: UInt32)
    case download(DebugAccessError, file: String)
    case access(DebugAccessError, during: LoaderStep)
    case core(CoreError, during: LoaderStep)
    case functionMissing(LoaderFunction, file: String)
    /// The addresses are not in the flash that the loader describes.
    case outsideFlash(LoaderFunction, addresses: Range<UInt64>, flash: Range<UInt64>)
    /// The layout that was asked for is that of a tool which runs loaders of another kind.
    case layoutOfOtherTool(file: String, LoaderFormat)
    /// It came back and said that it failed: anything but the interface's word for success.
    case refused(
        LoaderFunction, value: UInt32, file: String, findings: [LoaderFinding], as: LoaderFormat)
    /// It did not come back as it should.
    case callFailed(LoaderFunction, CoreError, file: String, findings: [LoaderFinding])
    case cancelled(LoaderFunction)
    /// Read said that it had read, but left the buffer as it was.
    case bufferUntouched(address: UInt32, file: String)
    /// The flash could not be asked by the debugger.
    case controller(FlashControllerError)
    /// Init said that it succeeded, but what it set up does not reach the board's flash, or not all of it.
    case unsuitable(file: String, findings: [LoaderFinding])
}

extension LoaderError {
    package var findings: [LoaderFinding] {
        switch self {
        case .refused(_, _, _, let findings, _), .callFailed(_, _, _, let findings),
            .unsuitable(_, let findings):
            findings
        default: []
        }
    }
}
