// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

extension FlashRun {
    /// What has to be erased of `ranges` and what may be, by blocks of the largest unit.
    ///
    /// Blank sectors may be taken along where that is cheaper; what lies outside `ranges` may not.
    func surveyForErase(_ ranges: AddressRangeSet) throws(FlashError) -> [EraseBlock] {
        if engine.abilities.hasDigests { return try surveyForEraseByDigest(ranges) }
        meter.expect(.survey, bytes: ranges.count, taking: transferTime(of: ranges.count))
        var sampler = ChangeSampler()
        var blocks: [EraseBlock] = []
        for range in ranges.ranges {
            for block in costs.blocks(of: range) {
                blocks.append(
                    EraseBlock(range: block, needs: try surveyForErase(block, within: range, &sampler)))
            }
        }
        return blocks
    }

    private func surveyForErase(
        _ block: AddressRange, within range: AddressRange, _ sampler: inout ChangeSampler
    ) throws(FlashError) -> [SectorNeed] {
        let sectors = geometry.sectors(touching: block)
        if range.contains(block), sampler.expectsChange, try samplesAreDirty(sectors, of: block, &sampler) {
            return sectors.map { SectorNeed(range: $0, need: .mustErase) }
        }
        var needs: [SectorNeed] = []
        for sector in sectors {
            guard range.contains(sector) else {
                needs.append(SectorNeed(range: sector, need: .mustStay))
                continue
            }
            let isBlank = try isBlank(sector, &sampler)
            needs.append(SectorNeed(range: sector, need: isBlank ? .mayErase(.zero) : .mustErase))
        }
        return needs
    }

    /// Reads until the first programmed cell.
    func isBlank(_ range: AddressRange, _ sampler: inout ChangeSampler) throws(FlashError) -> Bool {
        if engine.abilities.hasDigests {
            return try differing(range, .survey) { blankDigest(of: $0.count) }.isEmpty
        }
        let size =
            sampler.expectsChange ? geometry.pageSize : max(ChangeSampler.largeSample, geometry.pageSize)
        let parts = range.beginning(of: size)
        for part in parts.prefix(1) + parts.dropFirst().flatMap({ $0.pieces(of: engine.abilities.readLimit) })
        where try !isBlank(read(part, .survey)) {
            meter.drop(.survey, bytes: range.bounds.upperBound - part.bounds.upperBound)
            sampler.expectsChange = true
            return false
        }
        sampler.expectsChange = false
        return true
    }

    /// Looks at one page each of some sectors, until those that are not blank cost as much as the whole block.
    private func samplesAreDirty(
        _ sectors: [AddressRange], of block: AddressRange, _ sampler: inout ChangeSampler
    ) throws(FlashError) -> Bool {
        var seen = Duration.zero
        for index in ChangeSampler.order(sectors.count) where seen < costs.time(ofUnit: block.count) {
            let page = AddressRange(
                start: sectors[index].start, count: min(geometry.pageSize, sectors[index].count))
            meter.expect(.survey, bytes: page.count, taking: .zero)
            guard try !isBlank(read(page, .survey)) else {
                sampler.expectsChange = false
                return false
            }
            seen += costs.time(ofUnit: sectors[index].count)
        }
        meter.drop(.survey, bytes: block.count)
        return true
    }
}
