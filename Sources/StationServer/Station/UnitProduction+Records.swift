// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Foundation
import ObjectFiles
import ProductionJobs
import ProductionStore
import Workbench

extension UnitProduction {
    /// Opens the record and takes the serial numbers, before the first byte is flashed.
    func open(
        _ prepared: PreparedRecipe, _ fields: [String: String], _ facts: UnitFacts
    ) throws(StationError) -> OpenUnit {
        var guards = UnitGuards(prepared.recipe.guards, identityField: UnitJobRequest.identityField)
        if request.repeats == true { (guards.refusesGoodUnits, guards.attempts) = (false, nil) }
        let pools = prepared.recipe.patches.compactMap { rule -> String? in
            switch rule.value {
            case .pool(let name), .column(_, pool: let name): name
            default: nil
            }
        }
        let opening = opening(prepared, fields, facts)
        do {
            return try memory.records.open(opening, pools: pools.uniqued(), guards: guards)
        } catch { throw StationError(error) }
    }

    /// The image with what is the unit's own.
    func image(
        of prepared: PreparedRecipe, _ opened: OpenUnit, _ facts: UnitFacts
    ) throws(StationError) -> FirmwareImage {
        var values = UnitValues()
        values.pools = opened.values.mapValues(\.value)
        values.fields = opened.opening.fields
        values.uniqueID = facts.uniqueID
        values.time = Timestamp(opened.opening.startedAt)?.seconds ?? clock().seconds
        do {
            let tester = request.patch.flatMap { PatchLine($0) }?.rules ?? []
            return try UnitPatches(tester + prepared.recipe.patches, on: prepared.image, for: values).image
        } catch { throw .imageInvalid(name: prepared.recipe.name, error) }
    }

    /// Closes the record; a unit that never got to one has its two entries written now.
    func close(
        _ book: RecordBook, _ prepared: PreparedRecipe, _ fields: [String: String], facts: UnitFacts,
        _ failure: (any Diagnosable)?
    ) throws(StationError) -> Result {
        do throws(StoreError) {
            let opened: UnitOpening
            if let open = book.opened {
                opened = open.opening
            } else {
                // Guards refused it or it never came so far: no numbers are taken, and none are checked.
                var guards = UnitGuards(identityField: nil)
                (guards.refusesGoodUnits, guards.refusesRepeatedSerials) = (false, false)
                var opening = opening(prepared, fields, facts)
                // A batch that is full or closed takes no unit, but what was refused must be told somewhere.
                if failure.map({ $0.chain.contains { $0.code.hasPrefix("STO-04") } }) == true {
                    opening.fields["refusedBatch"] = opening.batch
                    opening.batch = nil
                }
                opened = try memory.records.open(opening, pools: [], guards: guards).opening
            }
            let closing = closing(facts, failure)
            try memory.records.close(
                closing, hookDue: prepared.recipe.hooks.after == nil ? nil : clock().seconds)
            return Result(
                stopsAfterFailures: prepared.recipe.guards.stopsAfterFailures, opening: opened,
                closing: closing)
        } catch { throw .recordNotWritten(error) }
    }

    private func opening(
        _ prepared: PreparedRecipe, _ fields: [String: String], _ facts: UnitFacts
    ) -> UnitOpening {
        var opening = UnitOpening(
            unit: unit, station: station.name, slot: slot.name,
            probe: UnitOpening.ProbeIdentity(
                kind: facts.probe?.kind ?? "unknown", path: slot.probe.description,
                serial: facts.probe?.serial,
                firmware: facts.probe?.firmware),
            recipe: UnitOpening.RecipeIdentity(name: prepared.recipe.name, hash: prepared.hash),
            images: prepared.recipe.images.map { UnitOpening.ImageIdentity($0) },
            startedAt: clock().description, attempt: 1)
        opening.board = prepared.recipe.board ?? slot.board
        opening.boardRevision = request.boardRevision ?? prepared.recipe.boardRevision
        opening.microcontroller = facts.target?.uniqueID
        (opening.batch, opening.workOrder) = (request.batch, request.workOrder)
        opening.operatorName = request.operatorName
        opening.fields = fields
        opening.isAdHoc = request.adHoc
        // What was put into the flash beyond the recipe is told in the unit's record.
        if let patch = request.patch { opening.fields["patch"] = patch }
        return opening
    }

    private func closing(_ facts: UnitFacts, _ failure: (any Diagnosable)?) -> UnitClosing {
        var closing = UnitClosing(
            unit: unit, verdict: verdict(facts, failure), endedAt: clock().description)
        closing.microcontroller = facts.target.map {
            UnitClosing.Microcontroller(
                part: $0.title, revision: $0.device.map { $0.revisionName ?? $0.revision },
                uniqueID: $0.uniqueID)
        }
        closing.flash = facts.flash?.banks.first.map {
            UnitClosing.Flash(jedecID: $0.jedecID, uniqueID: $0.uniqueID)
        }
        closing.millivolts = facts.supplyMillivolts
        closing.clockHertz = facts.target?.swdClockHertz
        closing.phases = (facts.timing?.phases ?? []).map {
            UnitClosing.Phase(name: $0.name, seconds: $0.seconds, bytes: $0.bytes)
        }
        closing.seconds = facts.timing?.totalSeconds
        closing.retries = facts.repetitions.count
        if !facts.repetitions.isEmpty {
            closing.attempts = facts.repetitions.map {
                UnitClosing.Attempt(seconds: $0.seconds, error: UnitClosing.Failure($0.because))
            }
        }
        (closing.contents, closing.loaderHash) = (facts.contents?.description, facts.loaderHash?.description)
        closing.work = facts.work
        closing.error = failure.map { UnitClosing.Failure(ErrorReport($0)) }
        return closing
    }

    private func verdict(_ facts: UnitFacts, _ failure: (any Diagnosable)?) -> Verdict {
        guard let failure else { return .good }
        switch FailureClass(of: failure) {
        case .cancelled: return .cancelled
        case .refused, .wrongPart, .configurationInvalid, .notBlank:
            return facts.isTouched ? .failed : .refused
        default: return .failed
        }
    }
}

extension Array where Element: Hashable {
    /// Each once, in the order they first appear.
    fileprivate func uniqued() -> [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}

extension StationError {
    /// What the station's memory refuses keeps its own code.
    init(_ error: StoreError) { self = .store(error) }
}
