// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import FlashProgramming
package import ObjectFiles

/// An image file as named on the command line.
package struct ImageRequest: Hashable, Sendable {
    package let path: String
    /// Where the file goes; a file that carries addresses refuses it.
    package let address: UInt32?
    package let format: ImageFormat?

    package init(path: String, address: UInt32? = nil, format: ImageFormat? = nil) {
        (self.path, self.address, self.format) = (path, address, format)
    }

    /// For messages: standard input has no path.
    package var name: String { path == "-" ? "standard input" : path }
}

/// The image files of a job, and what is to be taken of them.
package struct ImageSetRequest: Hashable, Sendable {
    package var images: [ImageRequest]
    /// Where raw binaries without an address of their own go; nil for the start of the flash.
    package var binaryAddress: UInt32?
    /// Takes of the images only what lies in the flash.
    package var skipsOutside: Bool
    /// The UF2 family to take; nil for the target's.
    package var uf2Family: UInt32?

    package init(
        _ images: [ImageRequest], binaryAddress: UInt32? = nil, skipsOutside: Bool = false,
        uf2Family: UInt32? = nil
    ) {
        (self.images, self.binaryAddress) = (images, binaryAddress)
        (self.skipsOutside, self.uf2Family) = (skipsOutside, uf2Family)
    }
}

package struct ProgramRequest: Sendable {
    package var images: ImageSetRequest
    package var erase: EraseMode
    /// Programs also what the flash already holds.
    package var isFull: Bool
    /// Restores what shares a sector with the images.
    package var keepsShared: Bool
    package var verify: VerifyMode
    /// Resets and runs the target afterwards.
    package var runsAfterwards: Bool
    /// Looks at the flash and tells what would be done; changes nothing.
    package var isDryRun = false

    package init(
        images: ImageSetRequest, erase: EraseMode = .needed, isFull: Bool = false,
        keepsShared: Bool = true, verify: VerifyMode = .best, runsAfterwards: Bool = false
    ) {
        self.images = images
        (self.erase, self.isFull, self.keepsShared) = (erase, isFull, keepsShared)
        (self.verify, self.runsAfterwards) = (verify, runsAfterwards)
    }
}

extension ProgramRequest {
    /// Files that say all of themselves.
    package init(
        images: [ImageRequest], skipsOutside: Bool = false, erase: EraseMode = .needed, isFull: Bool = false,
        keepsShared: Bool = true, verify: VerifyMode = .best, runsAfterwards: Bool = false
    ) {
        self.init(
            images: ImageSetRequest(images, skipsOutside: skipsOutside), erase: erase, isFull: isFull,
            keepsShared: keepsShared, verify: verify, runsAfterwards: runsAfterwards)
    }
}

package enum EraseRequest: Hashable, Sendable {
    case all
    /// `A+LEN` or `A..B` each; `widen` rounds out to whole sectors.
    case ranges([String], widen: Bool)
}

package struct ReadRequest: Sendable {
    /// Nil: the whole flash.
    package var range: String?
    /// `-` for standard output.
    package var path: String
    /// Nil: by the file's name.
    package var format: ImageFormat?

    package init(range: String?, path: String, format: ImageFormat? = nil) {
        (self.range, self.path, self.format) = (range, path, format)
    }

    /// Whether the contents go where results are printed, under whatever name.
    package var fillsStandardOutput: Bool { OutputFile.isStandardOutput(path) }
}
