// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// Something that was dealt with but should be known.
package enum FlashWarning: Hashable, Sendable {
    /// The loader's sector table and its device size differ; `used` bytes can be erased and programmed.
    case sectorTableDisagrees(described: Int, declared: Int, used: Int, SectorTableEnd)
    /// The loader's page size is not a usable programming unit.
    case pageSizeReplaced(declared: Int, used: Int)
    /// The first attempt failed with the error of this code.
    case eraseRepeated(AddressRange, code: String)
    /// The sector was wrong after programming and was erased and programmed once more.
    case sectorRewritten(AddressRange, differingBytes: Int)
    /// The loader cannot erase the chip as a whole: its sectors are erased instead.
    case noMassErase
    /// The range is protected, and the loader's own functions may end that: they were let try.
    case protectionLeftToLoader(AddressRange, status: String)
    /// Hashing was asked for, the device cannot: everything was read back instead.
    case noHashOnTarget
}

extension FlashWarning: CustomStringConvertible {
    package var description: String {
        switch self {
        case .sectorTableDisagrees(let described, let declared, let used, let end):
            "the loader's sectors add up to \(described) bytes, its flash size is \(declared); \(end)"
                + (used < declared ? "; only the first \(used) bytes will be erased or programmed" : "")
        case .pageSizeReplaced(let declared, let used):
            "the loader states a page size of \(declared); pages of \(used) bytes are used"
        case .eraseRepeated(let range, let code): "erasing \(range) failed once (\(code)) and was repeated"
        case .sectorRewritten(let range, let count):
            "\(Format.count(count, "byte")) in the sectors of \(range) \(count == 1 ? "was" : "were") wrong after programming; the sectors "
                + "were erased and programmed again"
        case .noMassErase: "the loader has no mass erase; the sectors are erased one after the other"
        case .protectionLeftToLoader(let range, let status):
            "the flash is write-protected at \(range) (\(status)); whether the loader ends that is seen by the first erase"
        case .noHashOnTarget: "nothing on the target can hash the flash; everything is read back instead"
        }
    }
}
