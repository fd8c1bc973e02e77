// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Synchronization

/// Lets those who asked for a job wait for its end.
final class JobEndings: Sendable {
    private struct State {
        var waiting: [Int64: [CheckedContinuation<Void, Never>]] = [:]
        var isClosed = false
    }
    private let state = Mutex(State())

    /// Waits until the job is over, or the station goes away; `isOver` is asked once the waiting has begun.
    func wait(for job: Int64, unless isOver: () -> Bool) async {
        await withCheckedContinuation { continuation in
            let isClosed = state.withLock { state in
                if !state.isClosed { state.waiting[job, default: []].append(continuation) }
                return state.isClosed
            }
            guard !isClosed else { return continuation.resume() }
            if isOver() { ended(job) }
        }
    }

    func ended(_ job: Int64) {
        let waiting = state.withLock { $0.waiting.removeValue(forKey: job) ?? [] }
        for continuation in waiting { continuation.resume() }
    }

    /// Nobody waits any more.
    func close() {
        let waiting = state.withLock { state in
            state.isClosed = true
            defer { state.waiting = [:] }
            return state.waiting
        }
        for continuation in waiting.values.flatMap({ $0 }) { continuation.resume() }
    }
}
