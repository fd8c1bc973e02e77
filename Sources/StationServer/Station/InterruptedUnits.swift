// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import ProductionJobs
import ProductionStore

/// What was in work when the station went away: recorded as interrupted, never as good.
///
/// It may go away again in the middle of this; each step finds what the last time left.
struct InterruptedUnits {
    let station: StationDefinition
    let memory: StationMemory
    let now: Timestamp

    /// The units that were closed.
    func close() throws(StoreError) -> [String] {
        let jobs = try memory.queue.jobs(state: .running, limit: .max)
        var units = try memory.records.openUnits()
        for job in jobs {
            let unit = job.unit ?? "\(station.name)-\(job.id)"
            if try memory.records.holds(unit) { continue }
            try open(job, unit)
            units.append(unit)
        }
        for unit in units {
            try memory.records.close(
                UnitClosing(unit: unit, verdict: .interrupted, endedAt: now.description),
                hookDue: try isToldTheLine(unit) ? now.seconds : nil)
        }
        _ = try memory.queue.interruptRunning(at: now.description)
        return units
    }

    /// It had not come so far that it had a record: its flash was not touched, and it has no number of its own.
    private func open(_ job: Job, _ unit: String) throws(StoreError) {
        let request: UnitJobRequest
        do { request = try JSONDecoder().decode(UnitJobRequest.self, from: Data(job.request.utf8)) } catch {
            // Of another version, perhaps: what is known of it is recorded all the same.
            request = UnitJobRequest(recipe: "unknown")
        }
        let slot = station.slots.first { $0.name == job.slot }
        var opening = UnitOpening(
            unit: unit, station: station.name, slot: job.slot,
            probe: UnitOpening.ProbeIdentity(kind: "unknown", path: slot?.probe.description ?? "unknown"),
            recipe: UnitOpening.RecipeIdentity(
                name: request.recipe, hash: ContentHash(request.recipe) ?? ContentHash(of: [])), images: [],
            startedAt: now.description, attempt: 1)
        opening.operatorName = request.operatorName
        opening.workOrder = request.workOrder
        opening.fields = request.fields ?? [:]
        opening.isAdHoc = request.adHoc
        // It took no place of its batch.
        if let batch = request.batch { opening.fields["interruptedBatch"] = batch }
        var guards = UnitGuards(identityField: nil)
        (guards.refusesGoodUnits, guards.refusesRepeatedSerials) = (false, false)
        _ = try memory.records.open(opening, pools: [], guards: guards)
    }

    /// Whether the unit's recipe has the line's own system told of it, as of any other unit.
    private func isToldTheLine(_ unit: String) throws(StoreError) -> Bool {
        guard let hash = ContentHash(try memory.units.unit(unit).opening.recipe.hash) else { return false }
        let stored: StoredRecipe
        do throws(StoreError) { stored = try memory.recipes.recipe(hash) } catch .unknownRecipe {
            return false
        }
        do { return try stored.recipe.hooks.after != nil } catch {
            // One that this version does not understand has nobody told.
            return false
        }
    }
}
