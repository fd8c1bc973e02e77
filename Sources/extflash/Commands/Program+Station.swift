// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashProgramming
import ProductionJobs
import StationClient
import TargetControl
import Workbench

extension Program {
    /// The same job in a slot of a station, from reading the files to the verdict.
    func runOnStation() async throws {
        let start = MonotonicTime()
        let cancellation = Cancellation()
        let interrupts = InterruptWatch(cancellation: cancellation, console: console)
        defer { interrupts.stop() }
        let files: [StationImageFile]
        do throws(WorkbenchError) {
            let client = WorkbenchClient(request: request(), observer: .none, cancellation: cancellation)
            files = try await client.imagesForStation(images.request())
        } catch { return try conclude(nil, failure: error, since: start) }
        let unit: JobsReport
        do throws(StationClientError) { unit = try await self.unit(with: files, cancellation) } catch {
            return try conclude(nil, failure: error, since: start)
        }
        try conclude(unit.report(files.map(\.summary)), failure: unit.failure, since: start)
    }

    private func unit(
        with files: [StationImageFile], _ cancellation: Cancellation
    ) async throws(StationClientError) -> JobsReport {
        let station = try place.connection()
        let slot = try await freeSlot(on: station)
        for file in files {
            try await station.upload(file.bytes, name: file.image.name, hash: file.image.sha256)
        }
        let kept: StationRecipe = try await station.ask(
            .init(.post, ["recipes"], body: Array(recipe(files.map(\.image)).text.utf8)))
        var request = UnitJobRequest(recipe: kept.hash)
        request.adHoc = true
        let lines = JobProgressOptions.lines(bench.progress, console)
        return try await station.outcome(
            { lines($0) }, isStopped: { cancellation.isCancelled },
            of: { () throws(StationClientError) in [try await station.start(request, slot: slot, key: nil)] })
    }

    private func recipe(_ images: [Recipe.Image]) -> AdHocRecipe {
        var recipe = AdHocRecipe(images: images)
        (recipe.board, recipe.loader, recipe.speed) = (loader.board, loader.loader, bench.speed)
        (recipe.erase, recipe.verify) = (erase, verify)
        (recipe.connectsUnderReset, recipe.runsAfterwards) = (bench.connect == .underReset, self.run)
        return recipe
    }

    /// The slot that was named, the one with the probe that was named, or the first that has nothing to do.
    private func freeSlot(on station: StationConnection) async throws(StationClientError) -> String {
        if let slot = place.slot { return slot }
        let slots: [SlotState] = try await station.ask(.init(.get, ["slots"]))
        if let probe = bench.probe.first {
            guard let slot = slots.first(where: { $0.probe == probe || $0.name == probe }) else {
                throw .noSlotWithProbe(probe, slots: slots.map { "\($0.name) (\($0.probe))" })
            }
            return slot.name
        }
        guard let slot = slots.first(where: { $0.activity == .idle && $0.queued == 0 }) else {
            throw .noSlotFree(slots.map { ($0.name, $0.activity.rawValue) })
        }
        return slot.name
    }
}

extension JobsReport {
    /// The record of the only job as `program` reports; nil for a unit that was not programmed.
    fileprivate func report(_ images: [ImageSummary]) -> ProgramReport? {
        guard let record = jobs.first?.record, let closed = record.closed, closed.verdict == .good else {
            return nil
        }
        return ProgramReport(record.opened, closed, label: record.label, images: images)
    }
}
