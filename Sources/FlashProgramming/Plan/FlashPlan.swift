// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// A block of the largest erase unit in which something has to be kept, with all that was found out about it.
struct RewriteBlock: Hashable, Sendable {
    let range: AddressRange
    /// The touched sectors of the block, in address order.
    let sectors: [SurveyedSector]
}

/// What will be done to the flash, decided before anything is changed.
///
/// First everything is erased that holds nothing worth keeping, then programmed; last come the blocks in which bytes beside
/// the image have to be put back, a few at a time. What exactly is erased in those is decided again when their turn
/// comes, by what erasing and programming were measured to cost until then.
package struct FlashPlan: Hashable, Sendable {
    /// The chip is erased as a whole; nothing on it is kept.
    package let erasesChip: Bool
    /// Whole sectors that hold nothing worth keeping.
    package let erase: AddressRangeSet
    /// Pages, none of them in a block of `rewrites`.
    package let program: AddressRangeSet
    /// What `program` may be joined across: blank and to stay so.
    let blank: AddressRangeSet
    let rewrites: [RewriteBlock]
    /// What the rewrites erase as costs are known now.
    package let rewritten: AddressRangeSet
    /// The pages that the rewrites program, as far as they are known now.
    package let rewrittenPages: AddressRangeSet
    /// All sectors the image touches; what is verified at least.
    package let touched: AddressRangeSet
    /// Sectors that hold what they should already.
    package let unchanged: AddressRangeSet
    /// Whether rewrites may try larger units than the device is known to erase.
    let usesUncertainUnits: Bool
    /// Whether nothing on the chip would be lost if it were erased as a whole.
    let keepsNothing: Bool

    package var isEmpty: Bool { !erasesChip && erase.isEmpty && program.isEmpty && rewrites.isEmpty }
    package var erased: AddressRangeSet { erase.union(rewritten) }
    package var programmed: AddressRangeSet { program.union(rewrittenPages) }
}

extension FlashPlan: CustomStringConvertible {
    /// One line per kind of work, for `--verbose`.
    package var description: String {
        var lines: [String] = []
        if erasesChip { lines.append("erase   the whole chip") }
        if !erase.isEmpty { lines.append("erase   \(erase)") }
        if !program.isEmpty { lines.append("program \(program)") }
        if !rewrites.isEmpty {
            lines.append("rewrite \(rewritten), programming \(rewrittenPages.count) bytes")
        }
        if !unchanged.isEmpty { lines.append("skip    \(unchanged), unchanged") }
        lines.append("verify  \(touched)")
        return lines.joined(separator: "\n")
    }
}
