// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// One byte that is not what it should be.
package struct ByteMismatch: Hashable, Sendable {
    package let address: UInt32
    package let expected: UInt8
    package let found: UInt8
}

/// What the differing bytes have in common, as far as it points at a cause.
package enum MismatchNature: Hashable, Sendable {
    /// All of them read as erased.
    case programmingHadNoEffect
    /// Bits are programmed that should be erased, never the other way round.
    case bitsNotErased
    /// Bits are erased that should be programmed, never the other way round.
    case bitsNotProgrammed
    /// Each byte at an even address is where the one behind it should be, and the other way round.
    case pairsExchanged
    case mixed
}

/// How contents differ from what was wanted.
package struct VerifyFinding: Hashable, Sendable {
    package let first: ByteMismatch
    package let differingBytes: Int
    package let comparedBytes: Int
    /// The sectors that hold a differing byte, in address order.
    package let sectors: [AddressRange]
    package let nature: MismatchNature
    /// The file and segment that the first differing byte belongs to; nothing for a byte that was only kept.
    package let origin: String?
    /// Whether only the beginning of what was written was compared.
    package let isSample: Bool
}

/// Bytes beside an erased range that the erase has changed.
package struct NeighbourFinding: Hashable, Sendable {
    package let first: ByteMismatch
    /// What the loader was asked to erase; nil where there were several erases since the bytes were looked at.
    package let erased: AddressRange?
    /// All that reads blank around it now, as far as was looked; nil when the bytes changed otherwise.
    package let blank: AddressRange?
}

/// Bytes that should be blank and are not.
package struct BlankFinding: Hashable, Sendable {
    package let firstAddress: UInt32
    package let found: UInt8
    package let nonBlankBytes: Int
    package let checkedBytes: Int
    package let sectors: [AddressRange]
}

extension VerifyFinding: CustomStringConvertible {
    package var description: String {
        let owner = origin.map { " (\($0))" } ?? " (kept beside the image)"
        let sectorText = Format.count(sectors.count, "sector")
        let compared = (isSample ? "the first " : "") + Format.count(comparedBytes, "byte")
        let verb = differingBytes == 1 ? "differs" : "differ"
        return "\(differingBytes) of \(compared) \(verb) in \(sectorText), first at "
            + "\(first.address.hex)\(owner): expected \(first.expected.hex), found \(first.found.hex); \(nature)"
    }
}

extension MismatchNature: CustomStringConvertible {
    package var description: String {
        switch self {
        case .programmingHadNoEffect: "all of them read as erased"
        case .bitsNotErased: "bits are still programmed that should be erased"
        case .bitsNotProgrammed: "bits are still erased that should be programmed"
        case .pairsExchanged: "even and odd bytes are exchanged"
        case .mixed: "bits differ both ways"
        }
    }
}

extension BlankFinding: CustomStringConvertible {
    package var description: String {
        "\(nonBlankBytes) of \(Format.count(checkedBytes, "byte")) \(nonBlankBytes == 1 ? "is" : "are") not blank, "
            + "first \(found.hex) at \(firstAddress.hex)"
    }
}

extension NeighbourFinding: CustomStringConvertible {
    package var description: String {
        let change = "changed from \(first.expected.hex) to \(first.found.hex)"
        guard let erased else { return "\(first.address.hex) lies beside the erased sectors and \(change)" }
        let asked = "the loader was asked to erase \(erased), but \(first.address.hex) \(change)"
        guard let blank, blank != erased else { return asked }
        return asked
            + "; \(blank) is blank now: up to \(Format.count(blank.count - erased.count, "byte")) not to be erased"
    }
}
