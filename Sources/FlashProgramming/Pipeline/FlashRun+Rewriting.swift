// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import ObjectFiles

extension FlashRun {
    /// Rewrites share their calls as long as no more than this is at stake at a time.
    ///
    /// A cancellation waits as long.
    private static let batchLimit = Duration.seconds(1)

    /// Erases and programs blocks in which something is kept, a few at a time.
    func rewrite(
        _ plan: FlashPlan, _ contents: inout ExpectedContents, _ options: ProgramOptions
    ) throws(FlashError) {
        var blocks = plan.rewrites[...]
        while !blocks.isEmpty {
            try stopIfCancelled()
            let batch = nextBatch(&blocks, plan, planner(contents, options))
            var (regions, pages) = (AddressRangeSet(), AddressRangeSet())
            for (block, chosen) in batch {
                for region in chosen.ranges {
                    try secure(region, block, &contents)
                    regions.insert(region)
                }
            }
            // Only now is known what all of the regions hold in the end.
            let planner = planner(contents, options)
            for (block, chosen) in batch {
                for page in planner.pages(of: block, erasing: chosen).ranges { pages.insert(page) }
            }
            if report.proof != .none { try watch(beside: regions, except: plan.touched.union(regions)) }
            try rewrite(regions, pages, from: contents)
        }
    }

    /// Takes blocks off the front, with what of each is erased by what the units have been measured to cost until now.
    private func nextBatch(
        _ blocks: inout ArraySlice<RewriteBlock>, _ plan: FlashPlan, _ planner: FlashPlanner
    ) -> [(block: RewriteBlock, regions: AddressRangeSet)] {
        var batch: [(block: RewriteBlock, regions: AddressRangeSet)] = []
        var cost = Duration.zero
        while let block = blocks.first {
            let choice = planner.choice(for: block, usesUncertainUnits: plan.usesUncertainUnits)
            let isTrial = choice.usesUncertainUnits
            if !batch.isEmpty, isTrial || cost + choice.cost > Self.batchLimit { break }
            batch.append((block, choice.regions))
            cost += choice.cost
            blocks.removeFirst()
            // A unit of which it is not known that the device has it is tried once, not in every block of a batch.
            if isTrial { break }
        }
        return batch
    }

    /// Makes certain what a region holds that will be erased and has to come back.
    private func secure(
        _ region: AddressRange, _ block: RewriteBlock, _ contents: inout ExpectedContents
    ) throws(FlashError) {
        for range in geometry.sectors(touching: region) {
            let touched = block.sectors.first { $0.range == range }
            if touched?.sector.isFullyCovered == true { continue }
            // Looked at twice already.
            if case .needsErase? = touched?.finding { continue }
            if let held = contents.held(in: range) {
                try confirm(held, in: range)
            } else {
                meter.expect(.survey, bytes: range.count, taking: .zero)
                let held = try read(range, .survey)
                try confirm(held, in: range)
                contents.keep(held, of: range)
            }
        }
    }

    /// Erases and programs as one: nothing may come between, for the kept bytes are nowhere else.
    func rewrite(
        _ regions: AddressRangeSet, _ pages: AddressRangeSet, from contents: ExpectedContents
    ) throws(FlashError) {
        try stopIfCancelled()
        journal.holds(regions.ranges.flatMap(contents.keptBytes))
        for region in regions.ranges { rewritten.insert(region) }
        isRestoring = true
        defer { isRestoring = false }
        var blank = regions
        for page in pages.ranges { blank.remove(page) }
        do {
            try erase(regions)
            try program(pages, blank: blank, from: contents)
        } catch {
            guard !isWayBroken else { throw error }
            putBack(regions, pages, from: contents)
            throw error.updated(journal)
        }
        for range in pages.ranges.flatMap({ regions.intersection($0) }) {
            report.restoredBytes += range.count
            for part in contents.imageRanges(in: range) { report.restoredBytes -= part.count }
        }
    }

    // MARK: After a failure

    /// Saves what can be saved of the kept bytes when a rewrite has failed: they are nowhere else but here.
    private func putBack(
        _ regions: AddressRangeSet, _ pages: AddressRangeSet, from contents: ExpectedContents
    ) {
        for region in regions.ranges {
            trying("finding out what is left") { () throws(FlashError) in
                try findState(of: region, contents)
            }
        }
        for range in pages.ranges.flatMap({ journal.erased.intersection($0) }) {
            trying("putting back what shared a sector") { () throws(FlashError) in
                try program(AddressRangeSet([range]), blank: AddressRangeSet(), from: contents)
                let found = try read(range, .verify)
                if found == contents.bytes(in: range) { journal.wasVerified(range) }
            }
        }
    }

    /// What fails here is only told: the error that the job ends with is the one that made it necessary.
    private func trying(_ what: String, _ work: () throws(FlashError) -> Void) {
        guard !isWayBroken else { return }
        do { try work() } catch {
            trace(.warning, "\(what) failed", ["code": error.code, "error": error.summary])
        }
    }

    /// Finds out by sectors what an interrupted erase has left of a region.
    private func findState(of region: AddressRange, _ contents: ExpectedContents) throws(FlashError) {
        for sector in geometry.sectors(touching: region) where journal.unknown.intersects(sector) {
            meter.expect(.verify, bytes: sector.count, taking: .zero)
            let found = try read(sector, .verify)
            if isBlank(found) {
                journal.wasErased(sector)
            } else if found == contents.held(in: sector) {
                journal.stillHolds(sector)
            }
        }
    }
}
