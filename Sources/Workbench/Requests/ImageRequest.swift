// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// An image file as named on the command line.
package struct ImageRequest: Hashable, Sendable {
    package let path: String
    /// Where the file goes; a file that carries addresses refuses it.
    package let address: UInt32?
    /// Where it goes if it is a raw binary and has no `address`; nil for the start of the flash.
    package let binaryAddress: UInt32?
    package let format: ImageFormatName?

    package init(
        path: String, address: UInt32? = nil, binaryAddress: UInt32? = nil, format: ImageFormatName? = nil
    ) {
        (self.path, self.address, self.binaryAddress, self.format) = (path, address, binaryAddress, format)
    }
}

/// File formats by the name a person types.
package enum ImageFormatName: String, CaseIterable, Sendable { case elf, hex, srec, uf2, bin }

package enum EraseChoice: String, CaseIterable, Sendable { case needed, chip, none }
package enum VerifyChoice: String, CaseIterable, Sendable { case read, hash, none }

package struct ProgramRequest: Sendable {
    package var images: [ImageRequest]
    package var erase: EraseChoice
    /// Takes of the images only what lies in the flash.
    package var skipsOutside: Bool
    /// Programs also what the flash already holds.
    package var isFull: Bool
    /// Restores what shares a sector with the images.
    package var keepsShared: Bool
    package var verify: VerifyChoice
    /// Resets and runs the target afterwards.
    package var runsAfterwards: Bool

    package init(
        images: [ImageRequest], skipsOutside: Bool = false, erase: EraseChoice = .needed,
        isFull: Bool = false,
        keepsShared: Bool = true, verify: VerifyChoice = .read, runsAfterwards: Bool = false
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
    package var format: ImageFormatName?

    package init(range: String?, path: String, format: ImageFormatName? = nil) {
        (self.range, self.path, self.format) = (range, path, format)
    }
}
