// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// An image file as named on the command line.
package struct ImageRequest: Hashable, Sendable {
    package let path: String
    /// Where a raw binary goes; nil for the start of the flash.
    ///
    /// Files that carry addresses refuse it.
    package let address: UInt32?
    package let format: ImageFormatName?

    package init(path: String, address: UInt32?, format: ImageFormatName?) {
        (self.path, self.address, self.format) = (path, address, format)
    }
}

/// File formats by the name a person types.
package enum ImageFormatName: String, CaseIterable, Sendable { case elf, hex, srec, uf2, bin }

package enum EraseChoice: String, CaseIterable, Sendable { case needed, chip, none }
package enum VerifyChoice: String, CaseIterable, Sendable { case read, hash, none }

package struct ProgramRequest: Sendable {
    package var images: [ImageRequest]
    package var erase: EraseChoice
    /// Programs also what the flash already holds.
    package var isFull: Bool
    /// Restores what shares a sector with the images.
    package var keepsShared: Bool
    package var verify: VerifyChoice
    /// Resets and runs the target afterwards.
    package var runsAfterwards: Bool

    package init(
        images: [ImageRequest], erase: EraseChoice = .needed, isFull: Bool = false, keepsShared: Bool = true,
        verify: VerifyChoice = .read, runsAfterwards: Bool = false
    ) {
        (self.images, self.erase, self.isFull, self.keepsShared) = (images, erase, isFull, keepsShared)
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
