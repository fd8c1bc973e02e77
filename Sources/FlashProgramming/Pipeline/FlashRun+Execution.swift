// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

extension FlashRun {
    /// More wrong sectors than this are no accident, and writing them again would not help.
    private static let rewriteLimit = 4

    func expect(_ plan: FlashPlan, _ options: ProgramOptions, by proof: FlashReport.Proof) {
        let times = options.times
        let programmed = plan.programmed.count
        meter.expect(.program, bytes: programmed, taking: times.program(programmed))
        if plan.usesMassErase {
            expectMassErase(times)
        }
        for range in plan.erased.ranges {
            let taking = geometry.sectors(touching: range).reduce(Duration.zero) {
                $0 + times.erase(sectorOf: $1.count)
            }
            meter.expect(.erase, bytes: range.count, taking: taking)
        }
        if proof != .none, !plan.steps.isEmpty || !surveyProves(proof) {
            expectVerification(plan.touched, times: times)
        }
    }

    func expectMassErase(_ times: FlashTimes) {
        let bytes = geometry.readableRange.count
        meter.expect(.erase, bytes: bytes, taking: times.massErase(of: bytes))
    }

    func execute(_ plan: FlashPlan, from contents: ExpectedContents, times: FlashTimes) throws(FlashError) {
        for step in plan.steps {
            switch step {
            case .massErase: try massErase()
            case .erase(let range): try erase(range, times: times)
            case .program(let range): try program(range, from: contents)
            case .rewrite(let sector, let pages):
                try rewrite(sector, programming: pages, from: contents, times: times)
            }
        }
    }

    /// Proves the touched sectors, writing a few wrong ones once more.
    ///
    /// After that everything is compared again, not only those: writing one place may have changed another (a flash
    /// that is smaller than its loader says repeats itself).
    func prove(
        _ findings: [(sector: TouchedSector, finding: SectorFinding)], _ plan: FlashPlan,
        from contents: ExpectedContents, _ options: ProgramOptions,
        by proof: FlashReport.Proof
    ) throws(FlashError) {
        guard let finding = try compare(plan.touched, with: contents, by: proof) else { return }
        // The sectors are counted first: looking each of thousands up among thousands takes its time.
        let isFew = finding.sectors.count <= Self.rewriteLimit
        let wrong = isFew ? findings.filter { finding.sectors.contains($0.sector.range) } : []
        guard isFew, wrong.allSatisfy({ mayRewrite($0.sector, $0.finding, options) })
        else {
            throw .verifyMismatch(finding, aftermathOfProof())
        }
        for (sector, _) in wrong {
            warn(.sectorRewritten(sector.range, differingBytes: finding.differingBytes))
            var pages = AddressRangeSet()
            for page in sector.range.pieces(of: geometry.pageSize) where !isBlank(contents.bytes(in: page)) {
                pages.insert(page)
            }
            try rewrite(sector, programming: pages, from: contents, times: options.times)
        }
        nothingIsVerified()
        expectVerification(plan.touched, times: options.times)
        if let finding = try compare(plan.touched, with: contents, by: proof) {
            throw .verifyMismatch(finding, aftermathOfProof())
        }
    }

    /// Kept bytes may be wrong themselves where they were read only once.
    private func mayRewrite(
        _ sector: TouchedSector, _ finding: SectorFinding, _ options: ProgramOptions
    ) -> Bool {
        if options.erase == .none { return false }
        if case .needsErase = finding { return true }
        return sector.isFullyCovered
    }

    private func isBlank(_ bytes: [UInt8]) -> Bool {
        bytes.holdsOnly(geometry.erasedValue, in: 0..<bytes.count)
    }

    /// What the pages beside the erased sectors hold now.
    func readGuards(_ guards: [AddressRange], _ phase: FlashPhase) throws(FlashError) -> [[UInt8]] {
        var contents: [[UInt8]] = []
        meter.expect(phase, bytes: guards.reduce(0) { $0 + $1.count }, taking: .zero)
        for range in guards { contents.append(try read(range, phase)) }
        return contents
    }

    func checkGuards(_ guards: [AddressRange], held before: [[UInt8]]) throws(FlashError) {
        for (range, (old, new)) in zip(guards, zip(before, try readGuards(guards, .verify))) {
            if let offset = new.indices.first(where: { new[$0] != old[$0] }) {
                let byte = ByteMismatch(
                    address: range.start + UInt32(offset), expected: old[offset], found: new[offset])
                throw .neighbourDamaged(byte, aftermathOfProof())
            }
        }
    }
}
