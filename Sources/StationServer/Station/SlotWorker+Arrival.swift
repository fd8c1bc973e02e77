// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Logging
import ProductionJobs
import ProductionStore
import Workbench

extension SlotWorker {
    /// Between two looks at a slot where boards start by themselves.
    private static let pause = Duration.milliseconds(250)

    /// Looks at the slot again and again until the station parks.
    func watch() async {
        guard slot.arrival != nil else { return }
        let start = ContinuousClock.now
        while !isParked {
            await look(at: ContinuousClock.now - start)
            do { try await Task.sleep(for: Self.pause) } catch { return }
        }
    }

    /// One look; `now` counts from any moment.
    ///
    /// A board that has arrived gets its unit into the queue.
    func look(at now: Duration) async {
        guard let arrival = slot.arrival, !isBusy, !isParked, state.activity == .idle else { return }
        let sighting: SlotSighting
        do throws(WorkbenchError) {
            sighting = try await client(Cancellation()).look(by: arrival.sign)
        } catch {
            note(problem: error)
            _ = arrivals?.note(nil, at: now)
            return
        }
        // A unit that began meanwhile has the board.
        guard !isBusy else { return }
        note(problem: problem(with: sighting))
        let isSure = sighting.probe != nil && state.probeProblem == nil
        let hasArrived = arrivals?.note(isSure ? sighting.hasBoard : nil, at: now) ?? false
        if state.hasBoard != arrivals?.hasBoard { change { $0.hasBoard = arrivals?.hasBoard } }
        if hasArrived { begin(arrival.recipe) }
    }

    private func begin(_ recipe: String) {
        context.log.info("a board has arrived", metadata: ["slot": "\(slot.name)"])
        do throws(StoreError) {
            _ = try context.memory.queue.add(
                slot: slot.name, request: EventHub.json(UnitJobRequest(recipe: recipe)), at: context.now)
            wake()
        } catch { trouble(error) }
    }

    /// What is wrong with the probe that stands in the slot.
    private func problem(with sighting: SlotSighting) -> StationError? {
        guard let probe = sighting.probe else {
            return .probeMissing(slot: slot.name, path: slot.probe.description)
        }
        guard case .usb(_, let expected?) = slot.probe, probe.serial != expected else { return nil }
        return .otherProbe(slot: slot.name, found: probe.serial, expected: expected)
    }

    /// What is plugged in where this slot is; nil: nothing.
    func note(_ seen: SeenProbe?) {
        // A slot that is looked at tells more of its probe.
        guard slot.arrival == nil, case .usb(let path, let expected) = slot.probe else { return }
        guard let seen else { return note(problem: StationError.probeMissing(slot: slot.name, path: path)) }
        guard let expected, seen.serial != expected else { return note(problem: nil) }
        note(problem: StationError.otherProbe(slot: slot.name, found: seen.serial, expected: expected))
    }

    /// Told when it changes.
    private func note(problem: (any Diagnosable)?) {
        let failure = problem.map { UnitClosing.Failure(ErrorReport($0)) }
        guard failure != state.probeProblem else { return }
        if let failure {
            context.log.warning(
                "\(failure.summary)", metadata: ["slot": "\(slot.name)", "error": "\(failure.code)"])
        } else {
            context.log.info("the slot's probe is there", metadata: ["slot": "\(slot.name)"])
        }
        change { $0.probeProblem = failure }
    }
}
