// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CLinuxShim
import Foundation
import Glibc
import Synchronization

/// SIGINT, SIGTERM and SIGHUP of this process, as ordinary calls on a thread of their own.
///
/// A plain thread and a pipe: libdispatch's signal sources come with worker threads that end the process where /proc is
/// not mounted.
final class ProcessSignals: Sendable {
    typealias Handler = @Sendable (_ signal: Int32) -> Void

    static let shared = ProcessSignals()

    private struct State {
        var handlers: [Int: Handler] = [:]
        var nextKey = 0
        var hasThread = false
    }
    private let state = Mutex(State())

    /// Calls `handler` for every signal until ``remove(_:)`` is called with the result.
    func add(_ handler: @escaping Handler) -> Int {
        state.withLock { state in
            if state.handlers.isEmpty {
                let descriptor = shim_watch_signals()
                if descriptor >= 0, !state.hasThread {
                    state.hasThread = true
                    Thread { [self] in deliver(from: descriptor) }.start()
                }
            }
            state.nextKey += 1
            state.handlers[state.nextKey] = handler
            return state.nextKey
        }
    }

    func remove(_ key: Int) {
        state.withLock { state in
            state.handlers[key] = nil
            if state.handlers.isEmpty { shim_forget_signals() }
        }
    }

    private func deliver(from descriptor: Int32) {
        shim_take_signals()
        var number: UInt8 = 0
        while true {
            let count = read(descriptor, &number, 1)
            guard count == 1 else {
                // The pipe lives as long as the process; anything but an interruption is its end.
                if count < 0, errno == EINTR { continue }
                return
            }
            for handler in state.withLock({ Array($0.handlers.values) }) { handler(Int32(number)) }
        }
    }
}
