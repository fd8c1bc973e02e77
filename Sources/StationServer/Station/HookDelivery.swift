// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Foundation
import HardwareDescription
import Logging
import ProductionJobs
import ProductionStore
import Synchronization

/// Tells the hook after a unit what became of it, again and again until it took it.
final class HookDelivery: Sendable {
    private let context: StationContext
    private struct State {
        var isStopped = false
        /// A hook runs.
        var isBusy = false
    }
    private let state = Mutex(State())
    private let cancellation = Cancellation()

    init(_ context: StationContext) { self.context = context }

    var isBusy: Bool { state.withLock { $0.isBusy } }
    private var isStopped: Bool { state.withLock { $0.isStopped } }

    /// Begins no hook any more; one that runs may end.
    func stop() { state.withLock { $0.isStopped = true } }

    /// Ends the hook that runs too: it is told again by the next station that opens the folder.
    func cutShort() {
        stop()
        cancellation.cancel()
    }

    func run() async {
        while !isStopped, !Task.isCancelled {
            await deliverDue()
            do { try await Task.sleep(for: .milliseconds(500)) } catch { return }
        }
    }

    /// One round over those whose time has come.
    func deliverDue() async {
        do throws(StoreError) {
            for entry in try context.memory.hooks.due(at: context.clock().seconds) where !isStopped {
                state.withLock { $0.isBusy = true }
                defer { state.withLock { $0.isBusy = false } }
                try await deliver(entry)
            }
        } catch {
            context.log.error("\(error.summary)", metadata: ["error": "\(error.code)"])
        }
    }

    private func deliver(_ entry: HookOutbox.Entry) async throws(StoreError) {
        let unit = try context.memory.units.unit(entry.unit)
        guard let hook = try hook(of: unit) else { return try context.memory.hooks.done(entry.unit) }
        do throws(StationError) {
            let answer = try await HookRunner(hook: hook, cancellation: cancellation).run(
                EventHub.json(Told(event: "after", opened: unit.opening, closed: unit.closing)))
            guard answer.succeeded else {
                throw .hookFailed(command: hook.command[0], detail: answer.complaint)
            }
        } catch {
            // It did not fail, and is due as before.
            if case .hookCancelled = error { return }
            context.log.warning(
                "\(error.summary)", metadata: ["unit": "\(entry.unit)", "error": "\(error.code)"])
            // 2, 4, 8 … seconds, at most ten minutes apart.
            let pause = Int64(1) << Int64(min(entry.attempts + 1, 10))
            return try context.memory.hooks.failed(
                entry.unit, detail: error.summary, due: context.clock().seconds + min(pause, 600))
        }
        try context.memory.hooks.done(entry.unit)
    }

    private func hook(of unit: UnitRecord) throws(StoreError) -> Recipe.Hook? {
        guard let hash = ContentHash(unit.opening.recipe.hash) else { return nil }
        let stored = try context.memory.recipes.recipe(hash)
        do { return try stored.recipe.hooks.after } catch {
            throw .corrupt(path: "recipe \(hash.short)", detail: error.summary)
        }
    }

    private struct Told: Encodable {
        let event: String
        let opened: UnitOpening
        let closed: UnitClosing?
    }
}
