// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// How `program` makes room for an image.
package enum EraseMode: String, Hashable, Sendable, CaseIterable {
    /// Only sectors that cannot become what they should without it.
    case needed
    /// The whole chip first, whatever it holds.
    case chip
    /// Never: programs what can be programmed as it is, and refuses before the first write when something cannot.
    case none
}

/// How contents are proven after writing.
///
/// The CheckSum of an ST loader is no mode of its own: a sum of bytes does not notice two exchanged pages.
package enum VerifyMode: String, Hashable, Sendable, CaseIterable {
    /// By digest where something on the target computes one, else by reading back.
    case best
    /// Everything is read back and compared.
    case read
    /// A digest is computed on the target from what the flash holds; falls back to `read`, and says so, where nothing can.
    case hash
    /// Nothing is proven, and the report says so.
    case none
}

package struct ProgramOptions: Hashable, Sendable {
    package var erase = EraseMode.needed
    /// Bytes of a partly covered sector that do not belong to the image are read first and put back.
    package var keepSharedSectors = true
    /// Erases and programs every touched sector, also where it seems to hold the image already.
    package var full = false
    package var verify = VerifyMode.best

    package init() {}
}

package struct EraseOptions: Hashable, Sendable {
    /// Erases the whole sectors around a range instead of refusing it.
    package var widen = false
    /// Erases blank sectors too.
    package var full = false
    package var verify = VerifyMode.best

    package init() {}
}

/// What an operation is about.
package enum FlashExtent: Hashable, Sendable {
    case all
    case ranges([AddressRange])
}
