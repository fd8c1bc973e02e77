// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

extension FlashRun {
    func planner(_ contents: ExpectedContents, _ options: ProgramOptions) -> FlashPlanner {
        FlashPlanner(
            contents: contents, options: options, costs: costs, writeCosts: writeCosts, linkRate: linkRate,
            canEraseChip: device.canMassErase)
    }

    func expect(_ plan: FlashPlan) {
        let programmed = plan.programmed.count
        let pages = Double(programmed) / Double(geometry.pageSize)
        meter.expect(.program, bytes: programmed, taking: writeCosts.perPage * pages)
        if plan.erasesChip { expectChipErase() }
        expectErase(plan.erased)
        if report.proof != .none, !plan.isEmpty || !surveyProves(report.proof) {
            expectVerification(plan.touched.union(plan.rewritten))
        }
    }

    func expectErase(_ ranges: AddressRangeSet) {
        meter.expect(.erase, bytes: ranges.count, taking: costs.time(of: ranges))
    }
    func expectChipErase() {
        meter.expect(.erase, bytes: geometry.readableRange.count, taking: costs.chipErase)
    }

    /// Erases what nothing is kept of, programs it, and then does the blocks in which something is kept.
    func execute(
        _ plan: FlashPlan, _ contents: inout ExpectedContents, _ options: ProgramOptions
    ) throws(FlashError) {
        if plan.erasesChip { try requireWritable(AddressRangeSet([geometry.readableRange])) }
        try requireWritable(plan.erased.union(plan.programmed))
        if report.proof != .none, !plan.keepsNothing, options.erase != .chip {
            try watch(beside: plan.erase, except: plan.touched)
        }
        if plan.erasesChip { try eraseChip() }
        try erase(plan.erase, mayEraseChip: plan.keepsNothing && device.canMassErase)
        try program(plan.program, blank: plan.blank, from: contents)
        try rewrite(plan, &contents, options)
    }
}
