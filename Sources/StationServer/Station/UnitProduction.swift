// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Foundation
import Logging
import ObjectFiles
import ProductionJobs
import ProductionStore
import Synchronization
import TargetControl
import Workbench

/// One unit from its request to its closed record.
struct UnitProduction: Sendable {
    let station: StationDefinition
    let slot: StationDefinition.Slot
    let memory: StationMemory
    let paths: InstallationPaths
    let job: Job
    let request: UnitJobRequest
    let bench: Bench
    let fixture: SimulatedFixture
    let clock: @Sendable () -> Timestamp
    let observer: Observer
    let cancellation: Cancellation

    /// In the records of this station no two are alike: a job's number is never given again.
    var unit: String { "\(station.name)-\(job.id)" }

    struct Result: Sendable {
        /// What the recipe says of failures in a row.
        let stopsAfterFailures: Int?
        let opening: UnitOpening
        let closing: UnitClosing
    }

    /// Everything that can go wrong with the unit is in its record; what is thrown is that no record could be kept.
    func run() async throws(StationError) -> Result {
        let book = RecordBook()
        var fields = request.fields ?? [:]
        let prepared: PreparedRecipe
        do {
            prepared = try prepare()
            if let hook = prepared.recipe.hooks.before {
                fields.merge(try await ask(hook, fields)) { _, new in new }
            }
        } catch {
            return try close(book, PreparedRecipe.unknown(request.recipe), fields, facts: UnitFacts(), error)
        }
        let outcome = await program(prepared, fields, book)
        return try close(book, prepared, fields, facts: outcome.facts, outcome.failure)
    }

    /// Recipe and images, looked at anew for every unit.
    private func prepare() throws(StationError) -> PreparedRecipe {
        do throws(StoreError) {
            let stored: StoredRecipe
            if let hash = ContentHash(request.recipe) {
                stored = try memory.recipes.recipe(hash)
                // Only an engineer gets here with one that nobody approved; what was retired stays so.
                let isAllowed = stored.isUsable || request.adHoc == true && stored.retired == nil
                guard isAllowed else { throw .recipeNotApproved(name: stored.name, hash: hash) }
            } else {
                stored = try memory.recipes.approved(request.recipe)
            }
            return try PreparedRecipe(stored, images: memory.images)
        } catch { throw StationError(error) }
    }

    /// "No scan, no move": the line's own system may refuse, or add fields.
    private func ask(
        _ hook: Recipe.Hook, _ fields: [String: String]
    ) async throws(StationError) -> [String: String] {
        let question = HookQuestion(
            event: "before", station: station.name, slot: slot.name, unit: unit, recipe: request.recipe,
            batch: request.batch, workOrder: request.workOrder, operatorName: request.operatorName,
            fields: fields)
        let answer = try await HookRunner(hook: hook, cancellation: cancellation).run(
            EventHub.json(question))
        guard answer.succeeded else { throw .hookRefused(detail: answer.complaint) }
        guard answer.output.contains(where: { !$0.isWhitespace }) else { return [:] }
        do {
            let added = try JSONDecoder().decode([String: String].self, from: Data(answer.output.utf8))
            var check = UnitJobRequest(recipe: request.recipe, fields: added)
            check.batch = request.batch
            if let mistake = check.mistake {
                throw StationError.hookAnswer(command: hook.command[0], detail: mistake)
            }
            return added
        } catch let error as StationError {
            throw error
        } catch {
            throw .hookAnswer(command: hook.command[0], detail: "it is no JSON object of texts")
        }
    }

    private func program(
        _ prepared: PreparedRecipe, _ fields: [String: String], _ book: RecordBook
    ) async -> UnitOutcome {
        let recipe = prepared.recipe
        if let asked = request.boardRevision, let expected = recipe.boardRevision, asked != expected {
            return UnitOutcome(
                failure: .step(
                    "choosing the recipe",
                    StationError.otherBoardRevision(asked: asked, recipe: expected)))
        }
        guard let board = recipe.board ?? slot.board else {
            return UnitOutcome(
                failure: .step(
                    "choosing the board", StationError.noBoard(slot: slot.name, recipe: recipe.name)))
        }
        // Where boards start by themselves, and where the same one is to be done again, nobody has exchanged it.
        fixture.unitBegins(job.id, staysIn: slot.arrival != nil || request.repeats == true)
        let client = WorkbenchClient(
            request: benchRequest(recipe, board: board), observer: observer, cancellation: cancellation,
            bench: bench, fixture: fixture)
        return await client.programUnit(recipe) { facts throws(WorkbenchError) in
            do throws(StationError) {
                try checkProbe(facts)
                let opened = try open(prepared, fields, facts)
                book.note(opened)
                return try image(of: prepared, opened, facts)
            } catch { throw .step("opening the unit's record", error) }
        }
    }

    private func benchRequest(_ recipe: Recipe, board: String) -> BenchRequest {
        let selector: ProbeSelector
        switch slot.probe {
        case .usb(let path, _): selector = .path(path)
        case .simulated(let text): selector = .simulated(text)
        }
        var request = BenchRequest(probe: selector, paths: paths)
        (request.board, request.loader, request.speed) = (board, recipe.loader, recipe.speed)
        if recipe.connectsUnderReset { request.connect = .underReset }
        return request
    }

    private func checkProbe(_ facts: UnitFacts) throws(StationError) {
        guard case .usb(_, let expected?) = slot.probe, facts.probe?.serial != expected else { return }
        throw .otherProbe(slot: slot.name, found: facts.probe?.serial, expected: expected)
    }
}

/// The record of the unit in work, from the bench's thread to the worker.
final class RecordBook: Sendable {
    private let unit = Mutex<OpenUnit?>(nil)
    func note(_ opened: OpenUnit) { unit.withLock { $0 = opened } }
    var opened: OpenUnit? { unit.withLock { $0 } }
}

/// What a hook is told of a unit.
struct HookQuestion: Encodable {
    let event: String
    let station: String
    let slot: String
    let unit: String
    let recipe: String
    let batch: String?
    let workOrder: String?
    let operatorName: String?
    let fields: [String: String]

    private enum CodingKeys: String, CodingKey {
        case event, station, slot, unit, recipe, batch, workOrder
        case operatorName = "operator"
        case fields
    }
}
