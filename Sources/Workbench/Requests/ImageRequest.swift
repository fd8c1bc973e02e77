// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import FlashProgramming
package import ObjectFiles

/// An image file as named on the command line.
package struct ImageRequest: Hashable, Sendable {
    package let path: String
    /// Where the file goes; a file that carries addresses refuses it.
    package let address: UInt32?
    /// Where it goes if it is a raw binary and has no `address`; nil for the start of the flash.
    package let binaryAddress: UInt32?
    package let format: ImageFormat?

    package init(
        path: String, address: UInt32? = nil, binaryAddress: UInt32? = nil, format: ImageFormat? = nil
    ) {
        (self.path, self.address, self.binaryAddress, self.format) = (path, address, binaryAddress, format)
    }
}

package struct ProgramRequest: Sendable {
    package var images: [ImageRequest]
    package var erase: EraseMode
    /// Takes of the images only what lies in the flash.
    package var skipsOutside: Bool
    /// Programs also what the flash already holds.
    package var isFull: Bool
    /// Restores what shares a sector with the images.
    package var keepsShared: Bool
    package var verify: VerifyMode
    /// Resets and runs the target afterwards.
    package var runsAfterwards: Bool

    package init(
        images: [ImageRequest], skipsOutside: Bool = false, erase: EraseMode = .needed,
        isFull: Bool = false,
        keepsShared: Bool = true, verify: VerifyMode = .read, runsAfterwards: Bool = false
    ) {
        (self.images, self.skipsOutside) = (images, skipsOutside)
        (self.erase, self.isFull, self.keepsShared) = (erase, isFull, keepsShared)
        (self.verify, self.runsAfterwards) = (verify, runsAfterwards)
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
    package var path: String
    /// Nil: by the file's name.
    package var format: ImageFormat?

    package init(range: String?, path: String, format: ImageFormat? = nil) {
        (self.range, self.path, self.format) = (range, path, format)
    }
}
