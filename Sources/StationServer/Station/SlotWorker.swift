// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashProgramming
import Foundation
import Logging
import ProductionJobs
import ProductionStore
import Synchronization
import Workbench

/// Works for one slot: takes its jobs in order, one at a time.
///
/// What hangs or breaks on its probe holds up nobody else: the work itself is done on the slot's own thread.
actor SlotWorker {
    let slot: StationDefinition.Slot
    let context: StationContext
    var state: SlotState
    private var cancellation: Cancellation?
    private(set) var isParked = false
    /// One thread for all units of the slot.
    let bench: Bench
    /// The socket, where it is simulated.
    nonisolated let fixture = SimulatedFixture()
    var arrivals: ArrivalWatch?
    private var idleTimer: Task<Void, Never>?
    private var awaitingEnd: [CheckedContinuation<Void, Never>] = []
    /// What the unit in work is at, told from the slot's thread.
    private let step = StepBoard()
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    init(_ slot: StationDefinition.Slot, _ context: StationContext) {
        (self.slot, self.context) = (slot, context)
        bench = Bench(name: "slot \(slot.name)", keepsProbe: true)
        arrivals = slot.arrival.map { ArrivalWatch(debounce: $0.debounce) }
        state = SlotState(name: slot.name, probe: slot.probe.description, board: slot.board)
        (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    nonisolated var name: String { slot.name }

    /// There may be something to do.
    nonisolated func wake() { signal.yield() }

    /// Ends the loop once the unit in work is done.
    func park() {
        isParked = true
        change {
            $0.isLeaving = true
            if $0.activity == .idle { $0.activity = .parked }
        }
        signal.finish()
    }

    /// Stops the unit in work, if there is one.
    func cancel() -> Bool {
        guard let cancellation else { return false }
        cancellation.cancel()
        return true
    }

    /// Takes units again after somebody has looked.
    func resume() {
        change {
            $0.failuresInRow = 0
            if $0.activity == .stopped || $0.activity == .trouble { $0.activity = .idle }
        }
        wake()
    }

    func snapshot(queued: Int) -> SlotState {
        var copy = state
        copy.queued = queued
        if state.activity == .running, let step = step.step {
            (copy.phase, copy.rate, copy.secondsLeft) = (step.phase, step.rate, step.secondsLeft)
            (copy.done, copy.total) = (Int64(step.done), Int64(step.total))
        }
        return copy
    }

    var isBusy: Bool { cancellation != nil }

    /// Waits until no unit is in work.
    func finished() async {
        while isBusy { await withCheckedContinuation { awaitingEnd.append($0) } }
    }

    /// Gives the probe back, to another slot or another program.
    func letGo() async { await bench.letGo() }

    func run() async {
        change { _ in }
        wake()
        for await _ in signals {
            idleTimer?.cancel()
            await workOff()
            idleTimer = Task { await letGoWhenIdle() }
        }
        idleTimer?.cancel()
        await bench.letGo()
    }

    /// An engineer may want the probe while the slot has nothing to do.
    private func letGoWhenIdle() async {
        do { try await Task.sleep(for: Self.idleTime) } catch { return }
        if !isBusy { await bench.letGo() }
    }
    private static let idleTime = Duration.seconds(30)

    /// Takes jobs until none waits, or the slot may take none.
    func workOff() async {
        while !isParked, state.activity != .stopped {
            let job: Job?
            do {
                job = try context.memory.queue.next(slot: slot.name)
                if state.activity == .trouble { change { $0.activity = .idle } }
            } catch {
                trouble(error)
                return
            }
            guard let job else { return }
            await work(on: job)
        }
    }

    private func work(on job: Job) async {
        let cancellation = Cancellation()
        self.cancellation = cancellation
        defer {
            self.cancellation = nil
            step.step = nil
            context.endings.ended(job.id)
            for continuation in awaitingEnd { continuation.resume() }
            awaitingEnd = []
        }
        do {
            let request = try JSONDecoder().decode(UnitJobRequest.self, from: Data(job.request.utf8))
            let production = production(job, request, cancellation)
            try context.memory.queue.note(unit: production.unit, of: job.id)
            begin(production.unit, request)
            let result = try await production.run()
            try context.memory.queue.finish(
                job.id, result.closing.verdict == .cancelled ? .cancelled : .done, at: context.now)
            finish(result)
        } catch let error as any Diagnosable {
            end(job, error)
        } catch {
            end(job, StationError.badRequest("job \(job.id) cannot be read"))
        }
    }

    private func production(
        _ job: Job, _ request: UnitJobRequest, _ cancellation: Cancellation
    ) -> UnitProduction {
        let (hub, name) = (context.hub, slot.name)
        let (pace, board) = (ProgressPace(), step)
        return UnitProduction(
            station: context.definition, slot: slot, memory: context.memory, paths: context.paths, job: job,
            request: request, bench: bench, fixture: fixture, clock: context.clock,
            observer: Observer(
                threshold: .warning,
                trace: { [log = context.log] _, message, metadata in
                    let details = metadata.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
                    log.debug("\(message)", metadata: ["slot": "\(name)", "details": "\(details)"])
                },
                progress: { progress in
                    guard pace.isDue(progress) else { return }
                    let step = SlotProgress(name, progress)
                    board.step = step
                    hub.tell("progress", step)
                }), cancellation: cancellation)
    }

    /// For a look at the slot.
    func client(_ cancellation: Cancellation) -> WorkbenchClient {
        let selector: ProbeSelector =
            switch slot.probe {
            case .usb(let path, _): .path(path)
            case .simulated(let text): .simulated(text)
            }
        return WorkbenchClient(
            request: BenchRequest(probe: selector, paths: context.paths), observer: .none,
            cancellation: cancellation, bench: bench, fixture: fixture)
    }

    private func begin(_ unit: String, _ request: UnitJobRequest) {
        context.log.info("unit begins", metadata: metadata(unit, request.fields?["serial"]))
        change {
            $0.activity = .running
            ($0.unit, $0.label, $0.recipe) = (unit, request.fields?["serial"], request.recipe)
            ($0.batch, $0.verdict, $0.failure, $0.serials) = (request.batch, nil, nil, nil)
        }
    }

    private func finish(_ result: UnitProduction.Result) {
        let (opening, closing) = (result.opening, result.closing)
        let label = UnitRecord(opening: opening, closing: closing, sequence: 0).label
        var metadata = metadata(opening.unit, label)
        metadata["verdict"] = "\(closing.verdict.rawValue)"
        if let code = closing.error?.code { metadata["error"] = "\(code)" }
        context.log.info("unit ended", metadata: metadata)
        let limit = result.stopsAfterFailures
        change {
            ($0.label, $0.verdict, $0.failure) = (label, closing.verdict, closing.error)
            $0.serials = opening.serials.isEmpty ? nil : opening.serials
            switch closing.verdict {
            case .good: ($0.good, $0.failuresInRow) = ($0.good + 1, 0)
            case .failed, .interrupted: ($0.failed, $0.failuresInRow) = ($0.failed + 1, $0.failuresInRow + 1)
            case .cancelled, .refused: break
            }
            let stops = $0.failuresInRow >= limit ?? .max
            $0.activity = stops ? .stopped : isParked ? .parked : .idle
        }
    }

    /// No record could be kept: nothing more is begun on this slot before somebody has looked.
    private func end(_ job: Job, _ error: any Diagnosable) {
        context.log.error("\(error.summary)", metadata: ["slot": "\(slot.name)", "error": "\(error.code)"])
        do { try context.memory.queue.finish(job.id, .interrupted, at: context.now) } catch {
            context.log.error(
                "\(error.summary)", metadata: ["slot": "\(slot.name)", "error": "\(error.code)"])
        }
        trouble(error)
    }

    func trouble(_ error: any Diagnosable) {
        change {
            $0.activity = .trouble
            $0.failure = UnitClosing.Failure(ErrorReport(error))
        }
    }

    func change(_ body: (inout SlotState) -> Void) {
        body(&state)
        do throws(StoreError) {
            state.queued = try context.memory.queue.waiting(slot: slot.name)
            try context.hub.publish("slot", state)
        } catch {
            context.log.error(
                "\(error.summary)", metadata: ["slot": "\(slot.name)", "error": "\(error.code)"])
        }
    }

    private func metadata(_ unit: String, _ serial: String?) -> Logger.Metadata {
        var metadata: Logger.Metadata = ["slot": "\(slot.name)", "unit": "\(unit)"]
        if let serial { metadata["serial"] = "\(serial)" }
        return metadata
    }
}

/// What a running unit is at.
struct SlotProgress: Encodable, Sendable {
    let name: String
    let phase: String
    let done: Int
    let total: Int
    let rate: Double?
    let secondsLeft: Double

    init(_ name: String, _ progress: FlashProgress) {
        (self.name, phase) = (name, progress.phase.rawValue)
        (done, total, rate) = (progress.done, progress.total, progress.rate)
        secondsLeft = progress.phaseRemaining.seconds
    }
}

/// The last step of the unit in work.
private final class StepBoard: Sendable {
    private let latest = Mutex<SlotProgress?>(nil)
    var step: SlotProgress? {
        get { latest.withLock { $0 } }
        set { latest.withLock { $0 = newValue } }
    }
}

/// At most a hundred steps a phase: more than anybody sees, and than listeners should have to take.
private final class ProgressPace: Sendable {
    private let last = Mutex<(phase: FlashPhase, step: Int)?>(nil)

    func isDue(_ progress: FlashProgress) -> Bool {
        let step = progress.total > 0 ? progress.done * 100 / progress.total : 100
        return last.withLock { last in
            if let last, last.phase == progress.phase, last.step == step { return false }
            last = (progress.phase, step)
            return true
        }
    }
}
