// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials
package import FlashProgramming

/// What is done with every unit of a product: what one file of `recipes/` says.
///
/// A recipe is known by the hash of its text (``RecipeText``); a change makes another recipe, which must be approved
/// anew.
package struct Recipe: Hashable, Sendable {
    /// What operators and scripts call it; letters, digits, `.`, `_` and `-`.
    package var name: String
    package var title: String
    /// A file of `Config/boards`; nil where the slot's own board counts.
    package var board: String?
    /// A file of `loaders/`, or a path; nil where the board's own counts.
    package var loader: String?
    package var images: [Image]
    package var erase = EraseMode.needed
    package var verify = VerifyMode.best
    /// Upper limit of the SWD clock; nil: as fast as the wire carries it.
    package var speed: Hertz?
    package var connectsUnderReset = false
    /// How often a unit is begun again after the cable or a contact failed.
    package var retries = 0
    /// Of the board's own, as the line counts it; nil: any.
    package var boardRevision: String?
    /// In the order of the file: one that computes over a range sees what those before it wrote.
    package var patches: [PatchRule] = []
    package var guards = Guards()
    package var before = ChecksBefore()
    package var after = ChecksAfter()
    package var hooks = Hooks()

    init(name: String, title: String, images: [Image]) {
        (self.name, self.title, self.images) = (name, title, images)
    }

    /// One that does nothing yet.
    package init(named name: String) { self.init(name: name, title: name, images: []) }

    /// One image, known by its contents alone.
    package struct Image: Hashable, Sendable {
        package var sha256: ContentHash
        /// For people, and its extension tells the format.
        package var name: String
        /// Where raw bytes go; nil for formats that carry addresses.
        package var address: UInt32?

        package init(sha256: ContentHash, name: String, address: UInt32?) {
            (self.sha256, self.name, self.address) = (sha256, name, address)
        }
    }

    /// What must never happen on the line.
    package struct Guards: Hashable, Sendable {
        /// A unit that was good before is refused.
        package var refusesGoodUnits = true
        /// A serial that was scanned before is refused.
        package var refusesRepeatedSerials = true
        /// The slot stops after this many failures in a row; nil: never.
        package var stopsAfterFailures: Int?
        /// Attempts for one unit before it must go to repair; nil: any number.
        package var attemptsPerUnit: Int?

        package init() {}
    }

    /// What is looked at before the first byte is written.
    package struct ChecksBefore: Hashable, Sendable {
        /// Millivolts at the probe's reference pin.
        package var voltage: ClosedRange<Int>?
        /// As `info` names it: `STM32H745`.
        package var part: String?
        /// Of the device: `V`.
        package var revision: String?
        /// Manufacturer, type, capacity: `ef 40 18`.
        package var flashID: [UInt8]?
        /// The flash must be blank.
        package var isBlank = false
    }

    /// What is looked at after the flash was proven.
    package struct ChecksAfter: Hashable, Sendable {
        package var hashes: [RangeHash] = []
        /// The application is started, and left running.
        package var runs = false
        package var word: ApplicationWord?
    }

    /// What a range must hold.
    package struct RangeHash: Hashable, Sendable {
        package var range: AddressRange
        package var sha256: ContentHash
    }

    /// A word that the application writes to RAM once it is well.
    package struct ApplicationWord: Hashable, Sendable {
        package var address: UInt32
        package var value: UInt32
        package var mask: UInt32 = .max
        /// After the reset.
        package var within: Duration
    }

    package struct Hooks: Hashable, Sendable {
        package var before: Hook?
        package var after: Hook?
    }

    /// A program of the line's own; the unit is given to it as JSON on its standard input.
    package struct Hook: Hashable, Sendable {
        /// Program and arguments; no shell reads them.
        package var command: [String]
        package var timeout: Duration
    }
}
