// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashLoader
import HardwareDescription

/// The sectors of a loader's description of its flash, as far as they lie inside the flash that it declares.
struct SectorTable {
    private let flash: AddressRange
    private(set) var runs: [FlashGeometry.SectorRun] = []
    /// Bytes of all sectors together, also of those outside the flash.
    private(set) var described = 0
    private var address: Int

    init(_ groups: [FlashStatement.SectorGroup], inside flash: AddressRange) {
        (self.flash, address) = (flash, flash.bounds.lowerBound)
        for group in groups {
            let size = Int(group.size)
            let (bytes, overflow) = Int(group.count).multipliedReportingOverflow(by: size)
            let (sum, carried) = described.addingReportingOverflow(bytes)
            described = overflow || carried ? .max : sum
            let count = min(Int(group.count), (flash.bounds.upperBound - address) / size)
            append(count, of: size)
            // A group that was cut ends the usable part: what follows would not lie where the table says.
            guard count == Int(group.count) else { break }
        }
    }

    /// Nil when not one sector lies inside the flash.
    var range: AddressRange? { AddressRange(flash.bounds.lowerBound..<address) }
    var sectorCount: Int { runs.reduce(0) { $0 + $1.count } }

    /// Goes on with the last size to the end of the flash, where the chip that is fitted erases such units.
    ///
    /// - Returns: what was done about a table that does not end where the flash does; nil for one that does.
    mutating func complete(for chip: FlashChipDefinition?) -> SectorTableEnd? {
        guard described != flash.count else { return nil }
        guard described < flash.count, let last = runs.last else { return .cut }
        guard let chip else { return .chipUnknown }
        let units = chip.erases.map { Int($0.size) }
        let isAligned = (Int(last.start) - flash.bounds.lowerBound) % last.size == 0
        guard units.contains(last.size), isAligned else {
            return .foreignUnit(last.size, chip: chip.title, units: units)
        }
        // Never beyond the chip, however large the loader takes it for.
        let end = min(flash.bounds.upperBound, flash.bounds.lowerBound + Int(chip.size))
        append(max(0, end - address) / last.size, of: last.size)
        guard end == flash.bounds.upperBound else { return .chipEnds(chip.title, size: Int(chip.size)) }
        return .continued(unit: last.size, chip: chip.title)
    }

    private mutating func append(_ count: Int, of size: Int) {
        guard count > 0 else { return }
        if let last = runs.last, last.size == size {
            runs[runs.count - 1] = FlashGeometry.SectorRun(
                start: last.start, count: last.count + count, size: size)
        } else {
            runs.append(FlashGeometry.SectorRun(start: UInt32(address), count: count, size: size))
        }
        address += count * size
    }
}

/// What is done about a sector table that does not end where the flash does.
package enum SectorTableEnd: Hashable, Sendable {
    /// It goes on with its last size (`unit` bytes), which the fitted chip erases.
    case continued(unit: Int, chip: String)
    /// The fitted chip has no erase of its last size: what SectorErase does behind it cannot be known.
    case foreignUnit(Int, chip: String, units: [Int])
    /// It goes on as far as the fitted chip does, which is smaller than the loader says.
    case chipEnds(String, size: Int)
    /// Nor can it where the fitted chip is not known.
    case chipUnknown
    /// It is longer than the flash: whole sectors inside both are used.
    case cut
}

extension SectorTableEnd: CustomStringConvertible {
    /// Follows what the table and the flash disagree in.
    package var description: String {
        switch self {
        case .continued(let unit, let chip):
            "the rest is erased in sectors of \(unit) bytes too, an erase unit of \(chip)"
        case .foreignUnit(let unit, let chip, let units):
            "the rest cannot be erased in sectors of \(unit) bytes, as \(chip) erases "
                + units.map { "\($0)" }.joined(separator: ", ") + " bytes"
        case .chipEnds(let chip, let size): "the rest lies behind the end of \(chip) (\(size) bytes)"
        case .chipUnknown: "the rest is left alone, as the erase units of the chip are not known"
        case .cut: "only whole sectors inside both are used"
        }
    }
}
