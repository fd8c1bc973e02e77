// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ProductionJobs
import Synchronization

/// Who works at the station's slots, in the order of the station file.
final class SlotRoster: Sendable {
    private struct State {
        var workers: [SlotWorker]
        var isReloading = false
        var isClosed = false
    }
    private let state: Mutex<State>
    /// Workers that are to begin; ends when the station takes no units any more.
    let arrivals: AsyncStream<SlotWorker>
    private let arrival: AsyncStream<SlotWorker>.Continuation

    init(_ workers: [SlotWorker]) {
        state = Mutex(State(workers: workers))
        (arrivals, arrival) = AsyncStream.makeStream()
        for worker in workers { arrival.yield(worker) }
    }

    var workers: [SlotWorker] { state.withLock { $0.workers } }

    var isClosed: Bool { state.withLock { $0.isClosed } }

    /// False while another reload is under way, or when the station is about to end.
    func beginReload() -> Bool {
        state.withLock { state in
            guard !state.isReloading, !state.isClosed else { return false }
            state.isReloading = true
            return true
        }
    }

    /// Puts `workers` in the place of those there were; the new ones begin.
    func endReload(_ workers: [SlotWorker]) {
        let newcomers: [SlotWorker] = state.withLock { state in
            state.isReloading = false
            guard !state.isClosed else { return [] }
            let before = Set(state.workers.map(ObjectIdentifier.init))
            state.workers = workers
            return workers.filter { !before.contains(ObjectIdentifier($0)) }
        }
        for worker in newcomers { arrival.yield(worker) }
    }

    /// No worker begins any more.
    func close() -> [SlotWorker] {
        let all = state.withLock { state in
            state.isClosed = true
            return state.workers
        }
        arrival.finish()
        return all
    }
}
