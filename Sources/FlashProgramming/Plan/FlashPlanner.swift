// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// Makes the plan of a program job from what was found in the touched sectors.
struct FlashPlanner {
    let contents: ExpectedContents
    let options: ProgramOptions
    let costs: EraseCosts
    let writeCosts: WriteCosts
    /// Bytes per second.
    let linkRate: Double
    let canEraseChip: Bool

    private var geometry: FlashGeometry { costs.geometry }

    func plan(_ sectors: [SurveyedSector]) -> FlashPlan {
        let wholeChip = options.erase == .chip
        let keepsNothing = keepsNothing(sectors)
        var blocks = wholeChip ? [] : blocks(of: sectors)
        let uncertain = ErasePlanner(costs: costs, blocks.map(eraseBlock)).usesUncertainUnits
        var (erase, rewritten) = (AddressRangeSet(), AddressRangeSet())
        blocks = blocks.filter { block in
            let regions = choice(for: block, usesUncertainUnits: uncertain).regions
            let isFree = regions.ranges.allSatisfy { region in
                block.sectors.reduce(0) { $1.isFree && region.contains($1.range) ? $0 + $1.range.count : $0 }
                    == region.count
            }
            for region in regions.ranges {
                if isFree { erase.insert(region) } else { rewritten.insert(region) }
            }
            return !isFree
        }
        if wholeChip { erase = AddressRangeSet([geometry.range]) }
        let erasesChip =
            canEraseChip && (wholeChip || keepsNothing && costs.chipErase < costs.time(of: erase))
        let rewriteRanges = AddressRangeSet(blocks.map(\.range))
        let (program, blank) = pages(sectors, erased: erase, without: rewriteRanges)
        var rewrittenPages = AddressRangeSet()
        for block in blocks {
            for page in pages(of: block, erasing: rewritten).ranges { rewrittenPages.insert(page) }
        }
        return FlashPlan(
            erasesChip: erasesChip, erase: erasesChip ? AddressRangeSet() : erase, program: program,
            blank: blank, rewrites: blocks, rewritten: rewritten, rewrittenPages: rewrittenPages,
            touched: AddressRangeSet(sectors.map(\.range)),
            unchanged: AddressRangeSet(sectors.filter { $0.finding == .unchanged }.map(\.range)),
            usesUncertainUnits: uncertain, keepsNothing: keepsNothing)
    }

    // MARK: Blocks

    /// The touched sectors by the largest unit they lie in.
    private func blocks(of sectors: [SurveyedSector]) -> [RewriteBlock] {
        var blocks: [RewriteBlock] = []
        var (range, members): (AddressRange?, [SurveyedSector]) = (nil, [])
        for sector in sectors {
            if range?.contains(sector.range) != true {
                if let range { blocks.append(RewriteBlock(range: range, sectors: members)) }
                (range, members) = (costs.block(around: sector.range), [])
            }
            members.append(sector)
        }
        if let range { blocks.append(RewriteBlock(range: range, sectors: members)) }
        return blocks
    }

    /// The cheapest regions to erase in a block.
    func choice(for block: RewriteBlock, usesUncertainUnits: Bool) -> ErasePlanner.Choice {
        ErasePlanner(costs: costs, usesUncertainUnits: usesUncertainUnits)
            .choose(eraseBlock(block).needs, in: block.range)
    }

    private func eraseBlock(_ block: RewriteBlock) -> EraseBlock {
        var touched = block.sectors[...]
        let needs = geometry.sectors(touching: block.range).map { sector -> SectorNeed in
            guard let next = touched.first, next.range == sector else {
                // Read twice to be sure, and once more to verify.
                return SectorNeed(
                    range: sector,
                    need: options.erase == .none ? .mustStay : .mayErase(restoring(sector, reads: 3)))
            }
            touched.removeFirst()
            return SectorNeed(range: sector, need: need(of: next))
        }
        return EraseBlock(range: block.range, needs: needs)
    }

    private func need(of surveyed: SurveyedSector) -> SectorNeed.Need {
        switch surveyed.finding {
        case .needsErase: .mustErase
        case .programmable(let pages, let blank) where surveyed.sector.isFullyCovered:
            .mayErase(programming(surveyed.range.count - pages.count - blank.count))
        case .unchanged, .programmable:
            .mayErase(restoring(surveyed.range, reads: surveyed.sector.isFullyCovered ? 0 : 1))
        }
    }

    private func restoring(_ sector: AddressRange, reads: Int) -> Duration {
        programming(sector.count) + .seconds(Double(reads * sector.count) / linkRate)
    }
    private func programming(_ bytes: Int) -> Duration {
        writeCosts.perPage * (Double(max(0, bytes)) / Double(geometry.pageSize))
    }

    /// Every sector of the chip is touched, and none holds anything that is wanted.
    private func keepsNothing(_ sectors: [SurveyedSector]) -> Bool {
        geometry.describesWholeChip && sectors.count == geometry.sectorCount
            && sectors.allSatisfy(\.isFree)
    }

    // MARK: Pages

    /// What is programmed outside the rewrites, and what of it is blank and stays so.
    private func pages(
        _ sectors: [SurveyedSector], erased: AddressRangeSet, without rewrites: AddressRangeSet
    ) -> (program: AddressRangeSet, blank: AddressRangeSet) {
        var (program, blank) = (AddressRangeSet(), AddressRangeSet())
        for surveyed in sectors where !rewrites.contains(surveyed.range) {
            var (pages, gaps) = (AddressRangeSet(), AddressRangeSet())
            if options.erase == .chip || erased.contains(surveyed.range) {
                (pages, gaps) = pagesAfterErase(of: surveyed.range)
            } else if case .programmable(let program, let blank) = surveyed.finding {
                (pages, gaps) = (program, blank)
            }
            for page in pages.ranges { program.insert(page) }
            for gap in gaps.ranges { blank.insert(gap) }
        }
        return (program, blank)
    }

    /// What a block that is rewritten programs when `regions` are erased: of a region all that is not blank in the end.
    func pages(of block: RewriteBlock, erasing regions: AddressRangeSet) -> AddressRangeSet {
        var pages = AddressRangeSet()
        for region in regions.intersection(block.range) {
            for page in pagesAfterErase(of: region).program.ranges { pages.insert(page) }
        }
        for case let surveyed in block.sectors where !regions.contains(surveyed.range) {
            guard case .programmable(let program, _) = surveyed.finding else { continue }
            for page in program.ranges { pages.insert(page) }
        }
        return pages
    }

    /// The pages of an erased range by whether they hold anything in the end.
    func pagesAfterErase(of range: AddressRange) -> (program: AddressRangeSet, blank: AddressRangeSet) {
        let bytes = contents.bytes(in: range)
        var (program, blank) = (AddressRangeSet(), AddressRangeSet())
        for page in range.pieces(of: geometry.pageSize) {
            let low = page.bounds.lowerBound - range.bounds.lowerBound
            let isBlank = bytes.holdsOnly(geometry.erasedValue, in: low..<low + page.count)
            if isBlank, !options.full { blank.insert(page) } else { program.insert(page) }
        }
        return (program, blank)
    }
}
