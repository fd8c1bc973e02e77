// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
package import ProductionJobs
package import ProductionStore

extension Station {
    private struct QueueLength: Encodable {
        let name: String
        let queued: Int
    }

    /// Puts a unit into the first slot, in the order of the fixture, that can begin at once.
    package func submitToFreeSlot(
        _ request: UnitJobRequest, key: String? = nil
    ) async throws(StationError) -> Job {
        try check(request)
        let free = try await slots().filter(\.canBegin).map(\.name)
        let job = try asking { () throws(StoreError) in
            try context.memory.queue.add(
                toFreeSlotOf: free, request: EventHub.json(request), key: key, at: context.now)
        }
        guard let job else { throw .noFreeSlot }
        try asking { () throws(StoreError) in try tellQueue(of: job.slot) }
        try worker(job.slot).wake()
        return job
    }

    /// The gang start: one unit in every slot that has nothing to do; the others with the reason.
    package func submitToAll(
        _ request: UnitJobRequest, key: String? = nil
    ) async throws(StationError) -> (jobs: [Job], refused: [String: String]) {
        let slots = try await slots()
        func slotKey(_ slot: SlotState) -> String? { key.map { "\($0) \(slot.name)" } }
        var jobs: [Job] = []
        var refused: [String: String] = [:]
        // Sent before: what was begun then, whatever the slots do now.
        for slot in slots {
            let before = try repeated(request, to: slot.name, key: slotKey(slot))
            if let before { jobs.append(before) } else { refused[slot.name] = "not begun before" }
        }
        guard jobs.isEmpty else { return (jobs, refused) }
        try check(request)
        refused = [:]
        for slot in slots {
            guard slot.activity == .idle, slot.queued == 0 else {
                refused[slot.name] = slot.activity.rawValue
                continue
            }
            do throws(StationError) {
                jobs.append(try submit(request, to: slot.name, key: slotKey(slot)))
            } catch {
                // What is begun is told all the same.
                guard !jobs.isEmpty else { throw error }
                refused[slot.name] = ErrorReport(error).summary
            }
        }
        return (jobs, refused)
    }

    /// Tells how many units wait for a slot.
    func tellQueue(of slot: String) throws(StoreError) {
        context.hub.tell(
            "queue", QueueLength(name: slot, queued: try context.memory.queue.waiting(slot: slot)))
    }

    /// Says every few seconds that the station is there, until it parks.
    func keepListenersSure() async {
        while !roster.isClosed {
            context.hub.tellAlive()
            do { try await Task.sleep(for: .seconds(4)) } catch { return }
        }
    }
}

extension SlotState {
    /// A unit that is put here begins at once.
    var canBegin: Bool {
        activity == .idle && queued == 0 && !isLeaving && probeProblem == nil && hasBoard != false
    }
}
