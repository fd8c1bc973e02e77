// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

extension FlashRun {
    /// More wrong sectors than this are no accident, and writing them again would not help.
    private static let rewriteLimit = 4

    /// Proves what the job was about, and that nothing beside it changed, writing a few wrong sectors once more.
    ///
    /// After that everything is compared again, not only those: writing one place may have changed another (a flash
    /// that is smaller than its loader says repeats itself).
    func prove(
        _ plan: FlashPlan, from contents: ExpectedContents, _ options: ProgramOptions
    ) throws(FlashError) {
        let ranges = plan.touched.union(rewritten)
        let finding = try compare(ranges, with: contents, by: report.proof)
        // Before the verdict: bytes may be wrong because of an erase beside them.
        try checkNeighbours()
        guard let finding else { return }
        // The sectors are counted first: looking each of thousands up among thousands takes its time.
        guard finding.sectors.count <= Self.rewriteLimit,
            finding.sectors.allSatisfy({ mayRewrite($0, contents, options) })
        else { throw .verifyMismatch(finding, aftermathOfProof()) }
        for sector in finding.sectors {
            warn(.sectorRewritten(sector, differingBytes: finding.differingBytes))
            let pages = planner(contents, options).pagesAfterErase(of: sector).program
            try rewrite(AddressRangeSet([sector]), pages, from: contents)
        }
        nothingIsVerified()
        expectVerification(ranges)
        if let finding = try compare(ranges, with: contents, by: report.proof) {
            throw .verifyMismatch(finding, aftermathOfProof())
        }
    }

    /// Bytes beside the image may be wrong themselves where they were read only once.
    private func mayRewrite(
        _ sector: AddressRange, _ contents: ExpectedContents, _ options: ProgramOptions
    ) -> Bool {
        if options.erase == .none { return false }
        let covered = contents.imageRanges(in: sector).reduce(0) { $0 + $1.count }
        return rewritten.contains(sector) || covered == sector.count || !options.keepSharedSectors
    }

    // MARK: Journal of the verification

    func wasVerified(_ range: AddressRange) { journal.wasVerified(range) }
    func nothingIsVerified() { journal.nothingIsVerified() }
}
