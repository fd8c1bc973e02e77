// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Foundation
import HardwareDescription
import ProductionJobs
import ProductionStore
import Testing

@testable import StationServer

@Suite struct `A new station file` {
    private func definition(_ slots: [(String, String)], title: String = "A line", more: String = "") throws
        -> StationDefinition
    {
        let entries = slots.map { "  - {name: \($0.0), sim: \($0.1)}" }.joined(separator: "\n")
        return try StationDefinition(
            yaml: "schema: 1\nname: line\ntitle: \(title)\npark-time: 0 s\nslots:\n\(entries)\n\(more)",
            file: "station.yaml")
    }

    @Test func `leaves slots alone that it does not change, and adds and removes others`() async throws {
        let fixture = try StationFixture(slots: ["stlink-v3", "stlink-v2", "stlink-v2-1"])
        defer { fixture.remove() }
        try fixture.addRecipe()
        _ = try fixture.station.submit(UnitJobRequest(recipe: "product"), to: "A1")
        await fixture.station.workOffQueue()
        let report = try await fixture.station.reload(
            to: definition([("B1", "cmsis-dap-v2"), ("A2", "cmsis-dap-v1"), ("A1", "stlink-v3")], title: "B"))
        #expect(report == ReloadReport(unchanged: ["A1"], changed: ["A2"], added: ["B1"], removed: ["A3"]))
        let slots = try await fixture.station.slots()
        #expect(slots.map(\.name) == ["B1", "A2", "A1"])
        #expect(slots[2].good == 1)
        #expect(fixture.station.context.definition.title == "B")
        let job = try fixture.station.submit(UnitJobRequest(recipe: "product"), to: "B1")
        await fixture.station.workOffQueue()
        #expect(try fixture.unit(job).closing?.verdict == .good)
        #expect(throws: StationError.self) {
            try fixture.station.submit(UnitJobRequest(recipe: "product"), to: "A3")
        }
    }

    @Test func `waits for the unit in work of a slot that it removes`() async throws {
        let fixture = try StationFixture(slots: ["stlink-v3", "stlink-v2"])
        defer { fixture.remove() }
        let gate = fixture.folder + "/gate"
        try #require(mkfifo(gate, 0o600) == 0)
        try fixture.addRecipe(more: "hooks: {before: {command: [/bin/cat, \(gate)], timeout: 60 s}}")
        let events = fixture.station.context.hub.listen()
        let job = try fixture.station.submit(UnitJobRequest(recipe: "product"), to: "A1")
        let waiting = try fixture.station.submit(UnitJobRequest(recipe: "product"), to: "A1")
        async let work: Void = fixture.station.workOffQueue()
        for await event in events where event.body.contains("running") { break }
        let new = try definition([("A2", "stlink-v2")])
        async let reload = fixture.station.reload(to: new)
        // Parked before anything is waited for, so it can be seen.
        while try await fixture.station.slots().first?.isLeaving != true { await Task.yield() }
        let error = await #expect(throws: StationError.self) { try await fixture.station.reload(to: new) }
        #expect(error?.code == "STN-028")
        #expect(try await fixture.station.slots().count == 2)
        try Data("{}".utf8).write(to: URL(filePath: gate))
        #expect(try await reload.removed == ["A1"])
        await work
        #expect(try fixture.unit(job).closing?.verdict == .good)
        // It waits for its slot to come back.
        #expect(try fixture.memory.queue.job(waiting.id).state == .queued)
        #expect(try await fixture.station.slots().map(\.name) == ["A2"])
    }

    @Test func `with a mistake, or what takes a restart, changes nothing`() async throws {
        let fixture = try StationFixture()
        defer { fixture.remove() }
        let before = fixture.station.context.definition
        let restart = await #expect(throws: StationError.self) {
            try await fixture.station.reload(
                to: definition([("B1", "stlink-v3")], more: "limits: {queued-jobs: 7}"))
        }
        #expect(restart?.summary.contains("`limits`") == true)
        #expect(fixture.station.context.definition == before)
        let missing = await #expect(throws: StationError.self) { try await fixture.station.reload() }
        #expect(missing?.code == "STN-020")
        #expect(try await fixture.station.slots().map(\.name) == ["A1"])
    }
}
