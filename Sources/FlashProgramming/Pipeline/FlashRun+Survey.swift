// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

extension FlashRun {
    /// How much of a sector is read to see whether it must be erased anyway.
    private static let probe = 4096

    /// Finds out what has to happen to every touched sector, reading as little as possible.
    func survey(
        _ layout: ImageLayout, _ options: ProgramOptions
    ) throws(FlashError) -> (
        findings: [(sector: TouchedSector, finding: SectorFinding)], contents: ExpectedContents
    ) {
        var contents = ExpectedContents(image: layout.image, erasedValue: geometry.erasedValue)
        let bytes = layout.sectors.reduce(0) { $0 + (needsReading($1, options) ? $1.range.count : 0) }
        meter.expect(.survey, bytes: bytes, taking: options.times.transfer(of: bytes))
        let judge = SectorJudge(geometry: geometry, options: options, contents: contents)
        var findings: [(sector: TouchedSector, finding: SectorFinding)] = []
        for sector in layout.sectors {
            try stopIfCancelled()
            let (finding, kept) = try survey(sector, judge)
            if let kept { contents.keep(kept, of: sector.range) }
            findings.append((sector, finding))
        }
        return (findings, contents)
    }

    /// Whether a survey is at least as good as the proof that was asked for.
    func surveyProves(_ proof: FlashReport.Proof) -> Bool { proof != .readBack || !device.hashesOnTarget }

    private func needsReading(_ sector: TouchedSector, _ options: ProgramOptions) -> Bool {
        switch options.erase {
        case .chip: false
        case .none: true
        case .needed: !options.full || (options.keepSharedSectors && !sector.isFullyCovered)
        }
    }

    /// The verdict, and the sector's contents where bytes beside the image stay as they are.
    private func survey(
        _ sector: TouchedSector, _ judge: SectorJudge
    ) throws(FlashError) -> (SectorFinding, kept: [UInt8]?) {
        let options = judge.options
        guard needsReading(sector, options) else { return (judge.needsErase(sector, holding: nil), nil) }
        if sector.isFullyCovered { return (try surveyFullyCovered(sector, judge), nil) }
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
    private func confirm(_ bytes: [UInt8], in range: AddressRange) throws(FlashError) {
        meter.expect(.survey, bytes: range.count, taking: .zero)
        if device.hashesOnTarget, try sha256(of: range, .survey) == SHA256.digest(of: bytes) { return }
        let again = try read(range, .survey)
        guard let offset = again.indices.first(where: { again[$0] != bytes[$0] }) else { return }
        let address = range.start + UInt32(offset)
        throw .unstableRead(
            ByteMismatch(address: address, expected: bytes[offset], found: again[offset]),
            aftermathOfProof())
    }

    private func surveyFullyCovered(
        _ sector: TouchedSector, _ judge: SectorJudge
    ) throws(FlashError) -> SectorFinding {
        if device.hashesOnTarget, judge.options.erase == .needed { return try surveyByHash(sector, judge) }
        let size = max(Self.probe, geometry.pageSize)
        guard let start = sector.range.pieces(of: size).first else { return .unchanged }
        var current = try read(start, .survey)
        if judge.options.erase == .needed, judge.needsErase(sector, startingWith: current) {
            meter.drop(.survey, bytes: sector.range.count - start.count)
            return judge.needsErase(sector, holding: nil)
        }
        if let rest = AddressRange(start.bounds.upperBound..<sector.range.bounds.upperBound) {
            current += try read(rest, .survey)
        }
        return try judge.judge(sector, holding: current)
    }

    private func surveyByHash(_ sector: TouchedSector, _ judge: SectorJudge) throws(FlashError)
        -> SectorFinding
    {
        let blank = [UInt8](repeating: geometry.erasedValue, count: sector.range.count)
        let found = try sha256(of: sector.range, .survey)
        let wanted = judge.contents.bytes(in: sector.range)
        if found == SHA256.digest(of: wanted) { return .unchanged }
        if found == SHA256.digest(of: blank) { return try judge.judge(sector, holding: blank) }
        return judge.needsErase(sector, holding: nil)
    }
}
