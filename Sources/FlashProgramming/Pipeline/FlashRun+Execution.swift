// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

extension FlashRun {
    func planner(_ contents: ExpectedContents, _ options: ProgramOptions) -> FlashPlanner {
        FlashPlanner(
            contents: contents, options: options, costs: costs, writeCosts: writeCosts, linkRate: linkRate,
            canEraseChip: engine.abilities.canEraseChip)
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

    /// The time of a plan at typical times of the flash and the rate that the link has shown.
    ///
    /// An engine that takes commands ahead has link and flash at work at the same time.
    func forecast(of plan: FlashPlan, _ times: FlashTimes) -> Duration {
        let pages = Double(plan.programmed.count) / Double(max(1, times.page))
        let erasing = (plan.erasesChip ? costs.chipErase : .zero) + costs.time(of: plan.erased)
        let flash = erasing + times.pageProgram * pages
        let link = transferTime(of: plan.programmed.count)
        let work = engine.abilities.alternates ? max(flash, link) : max(flash, erasing + link)
        guard report.proof != .none, !plan.isEmpty || !surveyProves(report.proof) else { return work }
        let proven = plan.touched.union(plan.rewritten).count
        return work + (report.proof == .hash ? digestTime(of: proven) : transferTime(of: proven))
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
        if plan.erasesChip { try eraseChip() } else { try tryProtected(plan.erase) }
        if engine.abilities.alternates {
            try eraseAndProgram(plan, from: contents)
        } else {
            try erase(plan.erase, mayEraseChip: plan.keepsNothing && engine.abilities.canEraseChip)
            try program(plan.program, blank: plan.blank, from: contents)
        }
        try rewrite(plan, &contents, options)
    }

    /// Block by block: while the flash erases one, the data of the next is on its way.
    ///
    /// Erasing everything first would leave a slow link idle for as long as that takes.
    private func eraseAndProgram(
        _ plan: FlashPlan, from contents: ExpectedContents
    ) throws(FlashError) {
        var erased = plan.erase
        if plan.keepsNothing, engine.abilities.canEraseChip, let first = erased.ranges.first,
            let unit = costs.units(in: first).first
        {
            // What one unit takes decides whether the chip as a whole takes less.
            try eraseSectors(unit)
            try settle()
            erased.remove(unit)
            if costs.chipErase < costs.time(of: erased) {
                try eraseChip()
                erased = AddressRangeSet()
            }
        }
        for block in blocks(of: erased.union(plan.program)) {
            try erase(AddressRangeSet(erased.intersection(block)))
            try beginProgramming(
                AddressRangeSet(plan.program.intersection(block)),
                blank: AddressRangeSet(plan.blank.intersection(block)), from: contents)
        }
        try settle()
    }

    /// The largest erase units that hold any of the ranges, in address order, each once.
    private func blocks(of ranges: AddressRangeSet) -> [AddressRange] {
        var blocks: [AddressRange] = []
        for block in ranges.ranges.flatMap(costs.blocks) where blocks.last != block { blocks.append(block) }
        return blocks
    }
}
