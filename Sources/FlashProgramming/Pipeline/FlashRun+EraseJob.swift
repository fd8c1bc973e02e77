// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

extension FlashRun {
    /// Erases what of `ranges` is not blank, and proves that nothing beside it changed.
    ///
    /// With `mayEraseChip` everything is to be erased, so the chip may be as a whole.
    func eraseWhatIsNotBlank(
        _ ranges: AddressRangeSet, _ options: EraseOptions, mayEraseChip: Bool
    ) throws(FlashError) {
        let sectors = AddressRangeSet(ranges.intersection(geometry.range))
        if mayEraseChip, options.full { return try eraseAll(ranges) }
        if mayEraseChip, try holdsSomething(beyond: sectors, of: ranges) { return try eraseAll(ranges) }
        let blocks =
            options.full
            ? sectors.ranges.flatMap(costs.blocks).map { EraseBlock(range: $0, in: sectors, geometry) }
            : try surveyForErase(sectors)
        let planner = ErasePlanner(costs: costs, blocks)
        let regions = planner.regions(blocks)
        if mayEraseChip, costs.chipErase < costs.time(of: regions) { return try eraseAll(ranges) }
        try requireWritable(regions)
        expectErase(regions)
        if report.proof != .none {
            if !regions.isEmpty { expectVerification(ranges) }
            try watch(beside: regions, except: ranges)
        }
        try tryProtected(regions)
        try erase(blocks, triesUnits: planner.usesUncertainUnits, mayEraseChip: mayEraseChip)
        try settle()
        report.unchangedBytes = max(0, ranges.count - report.erasedBytes)
        try checkNeighbours()
    }

    /// Block by block until it is known how the device erases one, then the rest at once.
    private func erase(
        _ blocks: [EraseBlock], triesUnits: Bool, mayEraseChip: Bool
    ) throws(FlashError) {
        var left = blocks[...]
        while let block = left.first {
            let count = costs.isCertain(block.range.count) ? left.count : 1
            let planner = ErasePlanner(costs: costs, usesUncertainUnits: triesUnits)
            let whole = mayEraseChip && costs.chipErase < costs.time(of: planner.regions(Array(left)))
            if whole { return try eraseChip() }
            try erase(planner.regions(Array(left.prefix(count))), mayEraseChip: mayEraseChip)
            left = left.dropFirst(count)
        }
    }

    private func eraseAll(_ ranges: AddressRangeSet) throws(FlashError) {
        try requireWritable(ranges)
        expectChipErase()
        if report.proof != .none { expectVerification(ranges) }
        try eraseChip()
    }

    /// Whether there is anything where the sector table does not reach, but an erase of the chip does.
    private func holdsSomething(
        beyond sectors: AddressRangeSet, of ranges: AddressRangeSet
    ) throws(FlashError) -> Bool {
        var rest = ranges
        for range in sectors.ranges { rest.remove(range) }
        var sampler = ChangeSampler()
        for range in rest.ranges {
            meter.expect(.survey, bytes: range.count, taking: transferTime(of: range.count))
            if try !isBlank(range, &sampler) { return true }
        }
        return false
    }
}
