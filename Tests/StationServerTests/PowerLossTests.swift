// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Foundation
import Glibc
import ProductionJobs
import ProductionStore
import Synchronization
import Testing

@testable import StationServer

/// What a station's folder looked like before each of its statements, and what it had promised by then.
private final class PowerCuts: Sendable {
    struct Promise: Hashable, Sendable {
        /// By job.
        var queued: [Int64: String] = [:]
        /// Serial numbers by unit.
        var opened: [String: String] = [:]
        var closed: [String: Verdict] = [:]
        /// Units whose line was told already.
        var told: Set<String> = []
    }
    struct Cut: Sendable {
        let folder: String
        let promise: Promise
    }
    private struct State {
        var promise = Promise()
        var cuts: [Cut] = []
        var isTaking = false
    }
    private let state = Mutex(State())
    let folder: String

    init(_ folder: String) { self.folder = folder }

    var cuts: [Cut] { state.withLock { $0.cuts } }
    func begin() { state.withLock { $0.isTaking = true } }
    func promise(_ change: (inout Promise) -> Void) { state.withLock { change(&$0.promise) } }

    /// A copy as a disk would have it; the shared memory of SQLite goes with the process.
    func take() {
        state.withLock { state in
            guard state.isTaking else { return }
            let copy = "\(folder)-cut-\(state.cuts.count)"
            do {
                try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
                for name in try FileManager.default.contentsOfDirectory(atPath: folder)
                where name.hasPrefix("station.") && !name.hasSuffix("-shm") && !name.hasSuffix(".lock")
                    || name.hasPrefix("records.")
                {
                    try FileManager.default.copyItem(
                        atPath: "\(folder)/\(name)", toPath: "\(copy)/\(name)")
                }
            } catch { Issue.record(error) }
            state.cuts.append(Cut(folder: copy, promise: state.promise))
        }
    }
}

@Suite struct `Power that goes away` {
    private static let time = Timestamp(milliseconds: 1_767_225_600_000)

    private static func station() throws -> StationDefinition {
        try StationDefinition(
            yaml: """
                schema: 1
                name: line
                title: A line
                slots: [{name: A1, sim: stlink-v3}, {name: A2, sim: stlink-v3}]
                """, file: "station.yaml")
    }

    /// The life of some units as their workers lead it, with a cut before every statement.
    private func live(_ seed: UInt64, _ cuts: PowerCuts) throws {
        let memory = try StationMemory(
            folder: cuts.folder, limits: Self.station().limits, onStatement: { cuts.take() })
        try memory.serials.create("n", .counter(start: 1, step: 1, last: 1000))
        cuts.begin()
        var generator = SeededGenerator(seed: seed)
        for number in 1...5 {
            let slot = "A\(number % 2 + 1)"
            let job = try memory.queue.add(slot: slot, request: "{\"recipe\":\"r\"}", at: "")
            cuts.promise { $0.queued[job.id] = slot }
            guard let next = try memory.queue.next(slot: slot), Int.random(in: 0..<6, using: &generator) > 0
            else { continue }
            let unit = "line-\(next.id)"
            try memory.queue.note(unit: unit, of: next.id)
            let opened = try memory.records.open(
                UnitOpening(
                    unit: unit, station: "line", slot: slot,
                    probe: UnitOpening.ProbeIdentity(kind: "k", path: "p"),
                    recipe: UnitOpening.RecipeIdentity(name: "r", hash: ContentHash(of: [])), images: [],
                    startedAt: Self.time.description, attempt: 1), pools: ["n"])
            cuts.promise { $0.opened[unit] = opened.opening.serials["n"] }
            guard Int.random(in: 0..<6, using: &generator) > 0 else { continue }
            let verdict: Verdict = Bool.random(using: &generator) ? .good : .failed
            try memory.records.close(
                UnitClosing(unit: unit, verdict: verdict, endedAt: Self.time.description), hookDue: 0)
            cuts.promise { $0.closed[unit] = verdict }
            try memory.queue.finish(next.id, .done, at: "")
            guard Bool.random(using: &generator) else { continue }
            try memory.hooks.done(unit)
            cuts.promise { _ = $0.told.insert(unit) }
        }
    }

    private func check(_ cut: PowerCuts.Cut) throws {
        let station = try Self.station()
        let memory = try StationMemory(folder: cut.folder, limits: station.limits)
        _ = try InterruptedUnits(station: station, memory: memory, now: Self.time).close()
        #expect(try memory.records.verify() == [], "\(cut.folder)")
        #expect(try memory.records.openUnits() == [])
        #expect(try memory.queue.jobs(state: .running) == [])
        let units = try memory.units.units()
        for (unit, verdict) in cut.promise.closed {
            #expect(try memory.units.unit(unit).closing?.verdict == verdict)
        }
        for (unit, serial) in cut.promise.opened {
            let record = try memory.units.unit(unit)
            #expect(record.opening.serials["n"] == serial)
            if cut.promise.closed[unit] == nil, record.closing?.verdict != .interrupted {
                // It was closed, and nobody had been told yet.
                #expect(try memory.hooks.due(at: 1).contains { $0.unit == unit })
            }
        }
        for job in cut.promise.queued.keys { _ = try memory.queue.job(job) }
        let due = Set(try memory.hooks.due(at: 1, limit: 100).map(\.unit))
        for unit in Set(cut.promise.closed.keys).subtracting(cut.promise.told) {
            #expect(due.contains(unit) || cut.promise.told.contains(unit) || isLast(unit, cut))
        }
        try checkSerials(memory, units)
    }

    /// Its hook was being taken off when the power went.
    private func isLast(_ unit: String, _ cut: PowerCuts.Cut) -> Bool {
        cut.promise.closed.keys.max { number($0) < number($1) } == unit
    }
    private func number(_ unit: String) -> Int { Int(unit.dropFirst("line-".count)) ?? 0 }

    /// Used, burnt, or never given; and the next one is new.
    private func checkSerials(_ memory: StationMemory, _ units: [UnitRecord]) throws {
        let given = units.compactMap { $0.opening.serials["n"] }
        #expect(Set(given).count == given.count)
        let state = try memory.serials.state(of: "n")
        let good = units.filter { $0.closing?.verdict == .good && $0.opening.serials["n"] != nil }.count
        #expect(state.reserved == 0 && state.used == good && state.burnt == given.count - good)
        #expect(state.left == 1000 - UInt64(given.count))
        let next = try memory.records.open(
            UnitOpening(
                unit: "next", station: "line", slot: "A1",
                probe: UnitOpening.ProbeIdentity(kind: "k", path: "p"),
                recipe: UnitOpening.RecipeIdentity(name: "r", hash: ContentHash(of: [])), images: [],
                startedAt: "", attempt: 1), pools: ["n"])
        #expect(!given.contains(next.opening.serials["n"] ?? ""))
    }

    @Test(arguments: 1...3 as ClosedRange<UInt64>)
    func `before any statement leaves a station that knows what it did`(seed: UInt64) throws {
        let cuts = PowerCuts(NSTemporaryDirectory() + "extflash-power-" + UUID().uuidString)
        defer {
            for folder in [cuts.folder] + cuts.cuts.map(\.folder) {
                try? FileManager.default.removeItem(atPath: folder)
            }
        }
        try live(seed, cuts)
        #expect(cuts.cuts.count > 100)
        for cut in cuts.cuts { try check(cut) }
    }
}

@Suite struct `A station that is asked to stop` {
    private enum Park: String { case waits = "600 s", cancels = "0 s" }

    /// Parks it while the first of two units is in work: it waits for its hook, which ends once the station parks, or does not.
    private func verdicts(_ park: Park) async throws -> (closed: [Verdict?], jobs: [Job.State]) {
        let fixture = try StationFixture(parkTime: park.rawValue)
        defer { fixture.remove() }
        let gate = fixture.folder + "/gate"
        try #require(mkfifo(gate, 0o600) == 0)
        try fixture.addRecipe(more: "hooks: {before: {command: [/bin/cat, \(gate)], timeout: 600 s}}")
        let jobs = try (0..<2).map { _ in
            try fixture.station.submit(UnitJobRequest(recipe: "product"), to: "A1")
        }
        let events = fixture.station.context.hub.listen()
        let worker = try fixture.station.worker("A1")
        async let ended: Void = worker.run()
        for await event in events where event.body.contains("running") { break }
        async let parked: Void = fixture.station.park()
        while !fixture.station.roster.isClosed { await Task.yield() }
        // With no time left nobody opens the gate: the hook would stay for ever.
        if park == .waits { try Data("{}".utf8).write(to: URL(filePath: gate)) }
        await parked
        await ended
        return (
            try fixture.memory.units.units().map { $0.closing?.verdict },
            try jobs.map { try fixture.memory.queue.job($0.id).state }
        )
    }

    /// Also what it does by itself, such as looking once a day for abandoned uploads.
    @Test(.timeLimit(.minutes(1)))
    func `ends`() async throws {
        let fixture = try StationFixture()
        defer { fixture.remove() }
        let events = fixture.station.context.hub.listen()
        async let running: Void = fixture.station.run()
        for await event in events where event.kind == "slot" { break }
        await fixture.station.park()
        await running
    }

    @Test func `lets a unit end that does so in time, and begins no other`() async throws {
        let outcome = try await verdicts(.waits)
        #expect(outcome.closed == [.good])
        #expect(outcome.jobs == [.done, .queued])
    }

    @Test(.timeLimit(.minutes(1)))
    func `cancels what takes longer, and leaves the rest for the next time`() async throws {
        let outcome = try await verdicts(.cancels)
        #expect(outcome.closed == [.cancelled])
        #expect(outcome.jobs == [.cancelled, .queued])
    }
}
