// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// The survey where the target itself can say what a sector holds: hardly a byte of it crosses the link.
extension FlashRun {
    func surveyByDigest(
        _ sectors: [TouchedSector], _ judge: SectorJudge, _ contents: inout ExpectedContents
    ) throws(FlashError) -> [SurveyedSector] {
        let concerned = sectors.filter { needsReading($0, judge.options) }
        let found = try digests(of: concerned.map(\.range), .survey)
        var surveyed: [SurveyedSector] = []
        surveyed.reserveCapacity(sectors.count)
        var mixed: [Int] = []
        for sector in sectors {
            guard let digest = found[sector.range.start] else {
                surveyed.append(
                    SurveyedSector(sector: sector, finding: judge.needsErase(sector, holding: nil)))
                continue
            }
            if let finding = try surveyWithoutReading(sector, digest, judge, &contents) {
                surveyed.append(SurveyedSector(sector: sector, finding: finding))
            } else if sector.isFullyCovered, judge.options.erase == .needed {
                mixed.append(surveyed.count)
                surveyed.append(
                    SurveyedSector(sector: sector, finding: judge.needsErase(sector, holding: nil)))
            } else {
                let finding = try surveyByReading(sector, digest, judge, &contents)
                surveyed.append(SurveyedSector(sector: sector, finding: finding))
            }
        }
        try lookAtPages(of: mixed, in: &surveyed, judge)
        return surveyed
    }

    /// The verdict on a sector that holds what it should, or nothing.
    private func surveyWithoutReading(
        _ sector: TouchedSector, _ digest: FlashDigest, _ judge: SectorJudge,
        _ contents: inout ExpectedContents
    ) throws(FlashError) -> SectorFinding? {
        let isBlank = digest == blankDigest(of: sector.range.count)
        if sector.isFullyCovered, !judge.options.full,
            digest == FlashDigest(of: judge.contents.bytes(in: sector.range))
        {
            return .unchanged
        }
        guard isBlank else { return nil }
        let held = blank(sector.range)
        if !sector.isFullyCovered { contents.keep(held, of: sector.range) }
        return judge.options.full && judge.options.erase == .needed
            ? judge.needsErase(sector, holding: held) : try judge.judge(sector, holding: held)
    }

    private func blank(_ range: AddressRange) -> [UInt8] {
        [UInt8](repeating: geometry.erasedValue, count: range.count)
    }

    /// Reads a sector in which something has to stay, or every bit matters, and holds it against its digest.
    private func surveyByReading(
        _ sector: TouchedSector, _ digest: FlashDigest, _ judge: SectorJudge,
        _ contents: inout ExpectedContents
    ) throws(FlashError) -> SectorFinding {
        try stopIfCancelled()
        meter.expect(.survey, bytes: sector.range.count, taking: transferTime(of: sector.range.count))
        let current = try read(sector.range, .survey)
        // A single wrong read would be written back, and then be compared with itself.
        if FlashDigest(of: current) != digest { try confirm(current, in: sector.range) }
        let finding =
            judge.options.full && judge.options.erase == .needed
            ? judge.needsErase(sector, holding: current) : try judge.judge(sector, holding: current)
        var isErased = false
        if case .needsErase = finding { isErased = true }
        if !sector.isFullyCovered, judge.options.keepSharedSectors || !isErased {
            contents.keep(current, of: sector.range)
        }
        return finding
    }

    /// Sectors whose pages tell whether looking at those of all others is worth it.
    private static let trials = 2

    /// Finds sectors that need no erase, because each page that has to change is blank.
    private func lookAtPages(
        of indices: [Int], in surveyed: inout [SurveyedSector], _ judge: SectorJudge
    ) throws(FlashError) {
        let step = max(1, indices.count / Self.trials)
        var hasFound = indices.count <= Self.trials
        for index in stride(from: 0, to: indices.count, by: step).map({ indices[$0] }) where !hasFound {
            hasFound = try needsNoErase(surveyed[index].sector, judge) != nil
        }
        guard hasFound else { return }
        for index in indices {
            try stopIfCancelled()
            guard let finding = try needsNoErase(surveyed[index].sector, judge) else { continue }
            surveyed[index] = SurveyedSector(sector: surveyed[index].sector, finding: finding)
        }
    }

    private func needsNoErase(
        _ sector: TouchedSector, _ judge: SectorJudge
    ) throws(FlashError) -> SectorFinding? {
        guard sector.range.count > geometry.pageSize else { return nil }
        meter.expect(.survey, bytes: sector.range.count, taking: digestTime(of: sector.range.count))
        let pages = try digests(of: sector.range, unit: geometry.pageSize, .survey)
        return judge.judge(sector, holding: pages, blank: blankDigest(of: geometry.pageSize))
    }

    // MARK: Erase jobs

    /// As ``surveyForErase(_:)``.
    func surveyForEraseByDigest(_ ranges: AddressRangeSet) throws(FlashError) -> [EraseBlock] {
        meter.expect(.survey, bytes: ranges.count, taking: digestTime(of: ranges.count))
        let found = try digests(of: ranges.ranges.flatMap(geometry.sectors(touching:)), .survey)
        return ranges.ranges.flatMap { range in
            costs.blocks(of: range).map { block in
                EraseBlock(
                    range: block,
                    needs: geometry.sectors(touching: block).map { sector in
                        let isBlank = found[sector.start] == blankDigest(of: sector.count)
                        let need: SectorNeed.Need =
                            !range.contains(sector) ? .mustStay : isBlank ? .mayErase(.zero) : .mustErase
                        return SectorNeed(range: sector, need: need)
                    })
            }
        }
    }
}
