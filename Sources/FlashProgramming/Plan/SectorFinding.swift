// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials
import ObjectFiles

/// What has to happen to one touched sector.
package enum SectorFinding: Hashable, Sendable {
    /// Holds what it should.
    case unchanged
    /// Can be programmed as it is; `isBlank` when not one cell of it was programmed.
    case programmable(AddressRangeSet, isBlank: Bool)
    /// `restoredBytes` beside the image have to be put back.
    case needsErase(program: AddressRangeSet, restoredBytes: Int)
}

/// Decides about sectors from what they hold.
struct SectorJudge {
    let geometry: FlashGeometry
    let options: ProgramOptions
    let contents: ExpectedContents

    /// A page is programmed only while blank: flashes with error correction do not allow it twice.
    func judge(_ sector: TouchedSector, holding current: [UInt8]) throws(FlashError) -> SectorFinding {
        if options.erase == .none { return try judgeWithoutErase(sector, holding: current) }
        let wanted = contents.image(over: current, at: sector.range)
        var program = AddressRangeSet()
        for page in sector.range.pieces(of: geometry.pageSize) {
            let offsets = offsets(of: page, in: sector.range)
            if current.isEqual(to: wanted, in: offsets) { continue }
            guard current.holdsOnly(geometry.erasedValue, in: offsets) else {
                return needsErase(sector, holding: current)
            }
            program.insert(page)
        }
        if program.isEmpty { return .unchanged }
        let isBlank = current.holdsOnly(geometry.erasedValue, in: 0..<current.count)
        return .programmable(program, isBlank: isBlank)
    }

    /// Whether the first bytes of a fully covered sector already show that it must be erased.
    func needsErase(_ sector: TouchedSector, startingWith prefix: [UInt8]) -> Bool {
        guard
            let range = AddressRange(
                sector.range.bounds.lowerBound..<sector.range.bounds.lowerBound + prefix.count)
        else { return false }
        let wanted = contents.image(over: prefix, at: range)
        return range.pieces(of: geometry.pageSize).contains { page in
            let offsets = offsets(of: page, in: range)
            return !prefix.isEqual(to: wanted, in: offsets)
                && !prefix.holdsOnly(geometry.erasedValue, in: offsets)
        }
    }

    /// The verdict on a sector that is erased in any case; `current` is nothing where it does not matter.
    func needsErase(_ sector: TouchedSector, holding current: [UInt8]?) -> SectorFinding {
        let keeps = options.keepSharedSectors && options.erase != .chip && !sector.isFullyCovered
        let base = keeps ? current : nil
        let blank = [UInt8](repeating: geometry.erasedValue, count: sector.range.count)
        let wanted = contents.image(over: base ?? blank, at: sector.range)
        var program = AddressRangeSet()
        for page in sector.range.pieces(of: geometry.pageSize)
        where options.full || !wanted.holdsOnly(geometry.erasedValue, in: offsets(of: page, in: sector.range))
        {
            program.insert(page)
        }
        return .needsErase(program: program, restoredBytes: base.map { restored($0, beside: sector) } ?? 0)
    }

    private func restored(_ current: [UInt8], beside sector: TouchedSector) -> Int {
        var beside = AddressRangeSet([sector.range])
        for range in sector.covered.ranges { beside.remove(range) }
        return beside.ranges.reduce(0) { sum, range in
            let offsets = offsets(of: range, in: sector.range)
            return sum + (current.holdsOnly(geometry.erasedValue, in: offsets) ? 0 : range.count)
        }
    }

    private func judgeWithoutErase(
        _ sector: TouchedSector, holding current: [UInt8]
    ) throws(FlashError) -> SectorFinding {
        let wanted = contents.image(over: current, at: sector.range)
        var program = AddressRangeSet()
        for covered in sector.covered.ranges {
            for page in covered.pieces(of: geometry.pageSize, alignedTo: geometry.pageSize) {
                let offsets = offsets(of: page, in: sector.range)
                if current.isEqual(to: wanted, in: offsets) { continue }
                program.insert(page)
                if let bad = offsets.first(where: { !canBecome(wanted[$0], from: current[$0]) }) {
                    let address = sector.range.bounds.lowerBound + bad
                    throw .needsErase(
                        ByteMismatch(address: UInt32(address), expected: wanted[bad], found: current[bad]),
                        sector: sector.range, origin: contents.owner(of: address)?.origin ?? "the image")
                }
            }
        }
        return program.isEmpty
            ? .unchanged
            : .programmable(program, isBlank: current.holdsOnly(geometry.erasedValue, in: 0..<current.count))
    }

    /// Programming only moves bits away from their erased value.
    private func canBecome(_ new: UInt8, from old: UInt8) -> Bool {
        (old ^ geometry.erasedValue) & ~(new ^ geometry.erasedValue) == 0
    }

    private func offsets(of range: AddressRange, in whole: AddressRange) -> Range<Int> {
        let low = range.bounds.lowerBound - whole.bounds.lowerBound
        return low..<low + range.count
    }
}
