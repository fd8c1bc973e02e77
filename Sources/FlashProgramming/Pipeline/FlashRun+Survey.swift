// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

extension FlashRun {
    /// Finds out what has to happen to every touched sector, reading as little as possible.
    func survey(
        _ layout: ImageLayout, _ options: ProgramOptions
    ) throws(FlashError) -> (sectors: [SurveyedSector], contents: ExpectedContents) {
        var contents = ExpectedContents(image: layout.image, erasedValue: geometry.erasedValue)
        let bytes = layout.sectors.reduce(0) { $0 + (needsReading($1, options) ? $1.range.count : 0) }
        let judge = SectorJudge(geometry: geometry, options: options, contents: contents)
        if engine.abilities.hasDigests {
            meter.expect(.survey, bytes: bytes, taking: digestTime(of: bytes))
            return (try surveyByDigest(layout.sectors, judge, &contents), contents)
        }
        meter.expect(.survey, bytes: bytes, taking: transferTime(of: bytes))
        var surveyed: [SurveyedSector] = []
        var sampler = ChangeSampler()
        for block in blocks(of: layout.sectors) {
            try stopIfCancelled()
            if sampler.expectsChange, try samplesNeedErase(block, judge, &sampler) {
                surveyed += block.map { SurveyedSector(sector: $0, finding: .needsErase(keeps: false)) }
                continue
            }
            for sector in block {
                try stopIfCancelled()
                let (finding, kept) = try survey(sector, judge, &sampler)
                if let kept { contents.keep(kept, of: sector.range) }
                surveyed.append(SurveyedSector(sector: sector, finding: finding))
            }
        }
        return (surveyed, contents)
    }

    /// Whether a survey is at least as good as the proof that was asked for.
    func surveyProves(_ proof: FlashReport.Proof) -> Bool {
        proof != .readBack || !engine.abilities.hasDigests
    }

    func needsReading(_ sector: TouchedSector, _ options: ProgramOptions) -> Bool {
        switch options.erase {
        case .chip: false
        case .none: true
        case .needed: !options.full || (options.keepSharedSectors && !sector.isFullyCovered)
        }
    }

    private func blocks(of sectors: [TouchedSector]) -> [ArraySlice<TouchedSector>] {
        var blocks: [ArraySlice<TouchedSector>] = []
        var index = 0
        while index < sectors.count {
            let (first, block) = (index, costs.block(around: sectors[index].range))
            while index < sectors.count, block.contains(sectors[index].range) { index += 1 }
            blocks.append(sectors[first..<index])
        }
        return blocks
    }

    /// The verdict, and the sector's contents where bytes beside the image stay as they are.
    private func survey(
        _ sector: TouchedSector, _ judge: SectorJudge, _ sampler: inout ChangeSampler
    ) throws(FlashError) -> (SectorFinding, kept: [UInt8]?) {
        let options = judge.options
        guard needsReading(sector, options) else { return (judge.needsErase(sector, holding: nil), nil) }
        if sector.isFullyCovered { return (try surveyFullyCovered(sector, judge, &sampler), nil) }
        let current = try read(sector.range, .survey)
        let finding =
            options.full && options.erase == .needed
            ? judge.needsErase(sector, holding: current) : try judge.judge(sector, holding: current)
        guard case .needsErase = finding else { return (finding, current) }
        guard options.keepSharedSectors else { return (finding, nil) }
        try confirm(current, in: sector.range)
        return (finding, current)
    }

    /// A single wrong read would be written back, and then be compared with itself.
    func confirm(_ bytes: [UInt8], in range: AddressRange) throws(FlashError) {
        meter.expect(.survey, bytes: range.count, taking: .zero)
        if engine.abilities.hasDigests,
            try digests(of: range, unit: range.count, .survey) == [FlashDigest(of: bytes)]
        {
            return
        }
        let again = try read(range, .survey)
        guard let offset = again.indices.first(where: { again[$0] != bytes[$0] }) else { return }
        let address = range.start + UInt32(offset)
        throw .unstableRead(
            ByteMismatch(address: address, expected: bytes[offset], found: again[offset]),
            aftermathOfProof())
    }

    // MARK: Fully covered sectors

    private func surveyFullyCovered(
        _ sector: TouchedSector, _ judge: SectorJudge, _ sampler: inout ChangeSampler
    ) throws(FlashError) -> SectorFinding {
        let size =
            sampler.expectsChange ? geometry.pageSize : max(ChangeSampler.largeSample, geometry.pageSize)
        var current: [UInt8] = []
        for part in sector.range.beginning(of: size) {
            let bytes = try read(part, .survey)
            if judge.options.erase == .needed, judge.needsErase(holding: bytes, at: part) {
                meter.drop(.survey, bytes: sector.range.bounds.upperBound - part.bounds.upperBound)
                sampler.expectsChange = true
                return judge.needsErase(sector, holding: nil)
            }
            current += bytes
        }
        sampler.expectsChange = false
        return try judge.judge(sector, holding: current)
    }

    /// Looks at one page each of some sectors of a block that the image covers wholly.
    ///
    /// Once the sectors that must be erased cost as much as the block as a whole, all of it is erased and programmed,
    /// whatever the rest holds, and reading that would be of no use.
    private func samplesNeedErase(
        _ block: ArraySlice<TouchedSector>, _ judge: SectorJudge, _ sampler: inout ChangeSampler
    ) throws(FlashError) -> Bool {
        guard let first = block.first, let last = block.last,
            judge.options.erase == .needed, !judge.options.full, block.allSatisfy(\.isFullyCovered),
            let range = AddressRange(first.range.bounds.lowerBound..<last.range.bounds.upperBound),
            range == costs.block(around: first.range)
        else { return false }
        let programming = writeCosts.perPage * (Double(range.count) / Double(geometry.pageSize))
        let whole = costs.time(ofUnit: range.count) + programming
        var seen = Duration.zero
        for index in ChangeSampler.order(block.count) where seen < whole {
            let sector = block[block.startIndex + index].range
            let page = AddressRange(start: sector.start, count: min(geometry.pageSize, sector.count))
            meter.expect(.survey, bytes: page.count, taking: .zero)
            guard judge.needsErase(holding: try read(page, .survey), at: page) else {
                sampler.expectsChange = false
                return false
            }
            let share = Double(sector.count) / Double(range.count)
            seen += costs.time(ofUnit: sector.count) + programming * share
        }
        meter.drop(.survey, bytes: range.count)
        return true
    }
}
