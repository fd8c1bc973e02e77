// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials
import ObjectFiles

/// What has to happen to one touched sector.
package enum SectorFinding: Hashable, Sendable {
    /// Holds what it should.
    case unchanged
    /// Can be programmed as it is: these pages; `blank` ones stay erased.
    case programmable(AddressRangeSet, blank: AddressRangeSet)
    /// `keeps`: it holds bytes beside the image that have to be put back.
    case needsErase(keeps: Bool)
}

/// A touched sector and what has to happen to it.
package struct SurveyedSector: Hashable, Sendable {
    package let sector: TouchedSector
    package let finding: SectorFinding

    package var range: AddressRange { sector.range }
    /// Erasing it costs nothing but time: all of it comes from the image, or nothing in it is to be kept.
    var isFree: Bool {
        switch finding {
        case .unchanged, .needsErase(keeps: true): false
        case .needsErase(keeps: false): true
        case .programmable(let pages, let blank):
            sector.isFullyCovered && pages.count + blank.count == range.count
        }
    }
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
        var (program, blank) = (AddressRangeSet(), AddressRangeSet())
        for page in sector.range.pieces(of: geometry.pageSize) {
            let offsets = offsets(of: page, in: sector.range)
            let isBlank = current.holdsOnly(geometry.erasedValue, in: offsets)
            if current.isEqual(to: wanted, in: offsets) {
                if isBlank { blank.insert(page) }
            } else if isBlank {
                program.insert(page)
            } else {
                return needsErase(sector, holding: current)
            }
        }
        return program.isEmpty ? .unchanged : .programmable(program, blank: blank)
    }

    /// As ``judge(_:holding:)`` of a fully covered sector, by the digest of each of its pages.
    ///
    /// - Returns: nil when it must be erased.
    func judge(
        _ sector: TouchedSector, holding pages: [FlashDigest], blank blankPage: FlashDigest
    ) -> SectorFinding? {
        let wanted = contents.bytes(in: sector.range)
        var (program, blank) = (AddressRangeSet(), AddressRangeSet())
        for (page, digest) in zip(sector.range.pieces(of: geometry.pageSize), pages) {
            let offsets = offsets(of: page, in: sector.range)
            if digest == FlashDigest(of: wanted[offsets]) {
                if digest == blankPage { blank.insert(page) }
            } else if digest == blankPage {
                program.insert(page)
            } else {
                return nil
            }
        }
        return program.isEmpty ? .unchanged : .programmable(program, blank: blank)
    }

    /// Whether some bytes of a fully covered sector already show that it must be erased.
    func needsErase(holding part: [UInt8], at range: AddressRange) -> Bool {
        let wanted = contents.image(over: part, at: range)
        return range.pieces(of: geometry.pageSize).contains { page in
            let offsets = offsets(of: page, in: range)
            return !part.isEqual(to: wanted, in: offsets)
                && !part.holdsOnly(geometry.erasedValue, in: offsets)
        }
    }

    /// The verdict on a sector that is erased in any case; `current` is nothing where it does not matter.
    func needsErase(_ sector: TouchedSector, holding current: [UInt8]?) -> SectorFinding {
        guard options.keepSharedSectors, options.erase != .chip, !sector.isFullyCovered, let current else {
            return .needsErase(keeps: false)
        }
        var beside = AddressRangeSet([sector.range])
        for range in sector.covered.ranges { beside.remove(range) }
        return .needsErase(
            keeps: beside.ranges.contains { range in
                !current.holdsOnly(geometry.erasedValue, in: offsets(of: range, in: sector.range))
            })
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
        return program.isEmpty ? .unchanged : .programmable(program, blank: AddressRangeSet())
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
