// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import CentralDatabase
import Essentials
import Foundation
package import Logging
package import ProductionJobs
package import ProductionStore
import ServiceLifecycle
import Synchronization
package import Workbench

/// What every part of a station works with.
package struct StationContext: Sendable {
    let live: LiveDefinition
    package let memory: StationMemory
    package let hub: EventHub
    package let paths: InstallationPaths
    package let log: Logger
    let endings = JobEndings()
    package let certificate = LiveCertificate()
    /// The calendar; tests have one of their own.
    package let clock: @Sendable () -> Timestamp

    /// As the station file says now: a reload changes it.
    package var definition: StationDefinition { live.definition }
    package var now: String { clock().description }
}

/// The station file's content that is in force.
final class LiveDefinition: Sendable {
    private let current: Mutex<StationDefinition>
    init(_ definition: StationDefinition) { current = Mutex(definition) }
    var definition: StationDefinition {
        get { current.withLock { $0 } }
        set { current.withLock { $0 = newValue } }
    }
}

/// The slots of a fixture and what they have to do.
package final class Station: Service {
    package let context: StationContext
    let roster: SlotRoster
    /// Nil where the station file names none.
    let central: CentralLink?
    /// Reads the station file anew; nil where there is none.
    let source: Source?
    /// The thread on which the machine's USB is looked at.
    let usb = Bench(name: "usb", keepsProbe: true)
    let plugs: ProbeWatch
    private let hooks: HookDelivery
    private let uploadSweep: UploadSweep
    private let lock: FolderLock

    package typealias Source = @Sendable () throws(StationError) -> StationDefinition

    /// Opens the station's memory and closes what was in work when it went away.
    ///
    /// `central` takes the place of the database that the station file names, `plugs` of this machine's USB; they are for
    /// tests.
    package init(
        _ definition: StationDefinition, folder: String, paths: InstallationPaths, log: Logger,
        source: Source? = nil, central model: (any Central)? = nil, plugs: ProbeWatch = ProbeWatch(),
        clock: @escaping @Sendable () -> Timestamp = Station.calendar
    ) throws(StationError) {
        let memory = try asking { () throws(StoreError) in
            try StationMemory(folder: folder, limits: definition.limits)
        }
        // Before anything is closed as interrupted: it may be in work.
        lock = try FolderLock(folder)
        context = StationContext(
            live: LiveDefinition(definition), memory: memory, hub: EventHub(log: memory.events), paths: paths,
            log: log,
            clock: clock)
        let context = context
        let interrupted = try asking { () throws(StoreError) in
            try InterruptedUnits(station: definition, memory: memory, now: clock()).close()
        }
        for unit in interrupted { log.warning("unit was interrupted", metadata: ["unit": "\(unit)"]) }
        (self.source, self.plugs) = (source, plugs)
        roster = SlotRoster(definition.slots.map { SlotWorker($0, context) })
        hooks = HookDelivery(context)
        uploadSweep = UploadSweep(
            images: memory.images, age: definition.limits.uploadAge, clock: clock, log: log)
        central = definition.central.map { settings in
            model.map {
                CentralLink(settings, central: $0, station: definition.name, memory: memory, log: log)
            } ?? CentralLink(settings, station: definition.name, memory: memory, log: log)
        }
    }

    /// The machine's clock.
    package static let calendar: @Sendable () -> Timestamp = {
        Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    }

    /// Works until the service is asked to stop; then no unit is begun, and those in work get the time they may take.
    package func run() async {
        await withGracefulShutdownHandler {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { [hooks] in await hooks.run() }
                if let central { group.addTask { await central.run() } }
                group.addTask { [self] in await watchProbes() }
                group.addTask { [self] in await keepListenersSure() }
                group.addTask { [self] in await uploadSweep.run { [self] in try await passUnlessParked($0) } }
                for input in context.definition.inputs {
                    group.addTask { [self] in await InputWatch(input, of: self).run() }
                }
                for await worker in roster.arrivals {
                    group.addTask { await worker.run() }
                    group.addTask { await worker.watch() }
                }
                await group.waitForAll()
            }
        } onGracefulShutdown: { [self] in
            Task { await park() }
        }
    }

    /// Lets time pass, but throws once the station parks.
    private func passUnlessParked(_ time: Duration) async throws {
        let end = ContinuousClock.now + time
        while ContinuousClock.now < end {
            guard !roster.isClosed else { throw CancellationError() }
            try await Task.sleep(for: .seconds(1))
        }
    }

    /// Works until no job waits that its slot may take, then returns; tests need no clock for it.
    package func workOffQueue() async {
        await withTaskGroup(of: Void.self) { group in
            for worker in workers { group.addTask { await worker.workOff() } }
        }
        await hooks.deliverDue()
    }

    /// Takes no new units; those in work are cancelled when their time is up.
    package func park() async {
        hooks.stop()
        central?.stop()
        for worker in roster.close() { await worker.park() }
        let end = ContinuousClock.now + context.definition.parkTime
        while ContinuousClock.now < end, await isBusy {
            do { try await Task.sleep(for: .milliseconds(50)) } catch { break }
        }
        for worker in workers { _ = await worker.cancel() }
        hooks.cutShort()
        context.hub.close()
        context.endings.close()
    }

    private var workers: [SlotWorker] { roster.workers }

    private var isBusy: Bool {
        get async {
            for worker in workers where await worker.isBusy { return true }
            return hooks.isBusy
        }
    }

    // MARK: - What it is asked

    /// Puts a unit into a slot's queue.
    package func submit(
        _ request: UnitJobRequest, to slot: String, key: String? = nil
    ) throws(StationError) -> Job {
        let worker = try worker(slot)
        if let before = try repeated(request, to: slot, key: key) { return before }
        try check(request)
        do throws(StoreError) {
            let job = try context.memory.queue.add(
                slot: slot, request: EventHub.json(request), key: key, at: context.now)
            try tellQueue(of: slot)
            worker.wake()
            return job
        } catch { throw StationError(error) }
    }

    /// A name that means nothing is told now, not when the board is in the fixture.
    func check(_ request: UnitJobRequest) throws(StationError) {
        if let mistake = request.mistake { throw .badRequest(mistake) }
        do throws(StoreError) {
            if let hash = ContentHash(request.recipe) {
                _ = try context.memory.recipes.recipe(hash)
            } else {
                _ = try context.memory.recipes.approved(request.recipe)
            }
            if let batch = request.batch { _ = try context.memory.batches.batch(batch) }
        } catch { throw StationError(error) }
    }

    /// What the same request with the same key has begun already, whether or not it could be begun now.
    func repeated(_ request: UnitJobRequest, to slot: String, key: String?) throws(StationError) -> Job? {
        guard let key else { return nil }
        return try asking { () throws(StoreError) in
            try context.memory.queue.job(withKey: key, slot: slot, request: EventHub.json(request))
        }
    }

    /// Takes a job out of the queue, or stops it.
    package func cancel(job id: Int64) async throws(StationError) -> Job {
        do throws(StoreError) {
            if try context.memory.queue.cancel(id, at: context.now) {
                context.endings.ended(id)
                try tellQueue(of: try context.memory.queue.job(id).slot)
            } else {
                let job = try context.memory.queue.job(id)
                if job.state == .running, let worker = workers.first(where: { $0.name == job.slot }) {
                    _ = await worker.cancel()
                }
            }
            return try context.memory.queue.job(id)
        } catch { throw StationError(error) }
    }

    /// Waits until a job is over, or the station goes away.
    func waitForEnd(of id: Int64) async {
        let queue = context.memory.queue
        await context.endings.wait(for: id) {
            do throws(StoreError) {
                let state = try queue.job(id).state
                return state != .queued && state != .running
            } catch { return true }
        }
    }

    package func cancel(slot: String) async throws(StationError) -> Bool { try await worker(slot).cancel() }
    package func resume(slot: String) async throws(StationError) { try await worker(slot).resume() }

    package func slots() async throws(StationError) -> [SlotState] {
        var states: [SlotState] = []
        for worker in workers {
            let queued: Int
            do { queued = try context.memory.queue.waiting(slot: worker.name) } catch {
                throw StationError(error)
            }
            states.append(await worker.snapshot(queued: queued))
        }
        return states
    }

    func worker(_ name: String) throws(StationError) -> SlotWorker {
        guard let worker = workers.first(where: { $0.name == name }) else {
            throw .unknownSlot(name, known: workers.map(\.name))
        }
        return worker
    }
}
