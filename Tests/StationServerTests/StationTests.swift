// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Foundation
import ProductionJobs
import ProductionStore
import StationServer
import Testing

@Suite struct `A station` {
    @Test func `programs a unit and writes down what it was`() async throws {
        let fixture = try StationFixture()
        defer { fixture.remove() }
        try fixture.memory.serials.create("widget", .counter(start: 1042, step: 1, last: 9999))
        let recipe = try fixture.addRecipe(
            more: """
                patches:
                  - {name: serial, place: 0x90000100+8, pool: widget, format: {coding: ascii, digits: 8}}
                  - {name: chip, place: 0x90000110+12, unique-id: true}
                before: {part: STM32H745, flash-id: ef 40 18}
                """)
        var request = UnitJobRequest(recipe: "product", fields: ["serial": "S-77"])
        request.operatorName = "an operator"
        let job = try fixture.station.submit(request, to: "A1")
        await fixture.station.workOffQueue()
        let unit = try fixture.unit(job)
        let closing = try #require(unit.closing)
        #expect(closing.verdict == .good, "\(String(describing: closing.error))")
        #expect(unit.opening.serials == ["widget": "1042"])
        #expect(unit.opening.recipe.hash == recipe.hash.description)
        #expect(unit.opening.probe.kind.hasPrefix("ST"))
        #expect(closing.flash?.jedecID == "ef4018")
        #expect(closing.microcontroller?.uniqueID?.count == 24)
        #expect(closing.contents != nil && closing.loaderHash != nil)
        #expect(closing.phases.map(\.name).contains("program"))
        #expect(try fixture.memory.serials.state(of: "widget").used == 1)
        #expect(try fixture.memory.records.verify() == [])
        #expect(try fixture.memory.queue.job(job.id).state == .done)
        let slot = try #require(try await fixture.station.slots().first)
        #expect(slot.good == 1 && slot.verdict == .good && slot.label == "S-77")
    }

    @Test func `refuses the same unit once it is good`() async throws {
        let fixture = try StationFixture()
        defer { fixture.remove() }
        try fixture.addRecipe()
        let request = UnitJobRequest(recipe: "product", fields: ["serial": "S-1"])
        var again = request
        again.repeats = true
        let jobs = try [request, request, again].map { try fixture.station.submit($0, to: "A1") }
        await fixture.station.workOffQueue()
        let units = try jobs.map { try fixture.unit($0) }
        #expect(units.map(\.closing?.verdict) == [.good, .refused, .good])
        #expect(units[1].closing?.error?.code == "STO-022")
    }

    @Test func `touches nothing when the board is not what the recipe says`() async throws {
        let fixture = try StationFixture()
        defer { fixture.remove() }
        try fixture.memory.serials.create("n", .counter(start: 1, step: 1, last: 9))
        try fixture.addRecipe(
            "part", more: "patches: [{name: s, place: 0x90000000+4, pool: n}]\nbefore: {part: STM32H750}")
        try fixture.addRecipe("flash", more: "before: {flash-id: 20 ba 18}")
        let jobs = try ["part", "flash"].map {
            try fixture.station.submit(UnitJobRequest(recipe: $0), to: "A1")
        }
        await fixture.station.workOffQueue()
        let units = try jobs.map { try fixture.unit($0) }
        #expect(units.map(\.closing?.verdict) == [.refused, .refused])
        #expect(units[0].closing?.error?.code == "UNT-003")
        #expect(units[1].closing?.error?.code == "UNT-005")
        // No number was taken.
        #expect(try fixture.memory.serials.state(of: "n").left == 9)
    }

    @Test func `stops a slot after failures in a row, until somebody has looked`() async throws {
        let fixture = try StationFixture(slots: ["stlink-v3,fault=absent"])
        defer { fixture.remove() }
        try fixture.addRecipe(more: "guards: {stop-after-failures: 2}")
        let jobs = try (0..<3).map { _ in
            try fixture.station.submit(UnitJobRequest(recipe: "product"), to: "A1")
        }
        await fixture.station.workOffQueue()
        #expect(try jobs.map { try fixture.memory.queue.job($0.id).state } == [.done, .done, .queued])
        #expect(try await fixture.station.slots().map(\.activity) == [.stopped])
        try await fixture.station.resume(slot: "A1")
        await fixture.station.workOffQueue()
        #expect(try fixture.unit(jobs[2]).closing?.verdict == .failed)
    }

    @Test func `says at once what cannot be done`() throws {
        let fixture = try StationFixture()
        defer { fixture.remove() }
        try fixture.addRecipe("draft", approved: false)
        try fixture.addRecipe()
        func code(_ body: () throws -> Job) throws -> String {
            try ErrorReport(#require(throws: StationError.self) { _ = try body() }).code
        }
        let request = UnitJobRequest(recipe: "product")
        #expect(try code { try fixture.station.submit(request, to: "Z9") } == "STN-001")
        #expect(try code { try fixture.station.submit(UnitJobRequest(recipe: "x y"), to: "A1") } == "STN-002")
        #expect(
            try code { try fixture.station.submit(UnitJobRequest(recipe: "none"), to: "A1") } == "STO-030")
        #expect(
            try code { try fixture.station.submit(UnitJobRequest(recipe: "draft"), to: "A1") } == "STO-031")
        var batched = request
        batched.batch = "none"
        #expect(try code { try fixture.station.submit(batched, to: "A1") } == "STO-040")
        let long = UnitJobRequest(recipe: "product", fields: ["serial": "a\u{1b}[31m"])
        #expect(try code { try fixture.station.submit(long, to: "A1") } == "STN-002")
    }

    /// As a process that was killed has left it: a unit in work, and nobody who holds the folder.
    private func folderWithUnitInWork() throws -> (folder: String, job: Job) {
        let fixture = try StationFixture()
        try fixture.addRecipe()
        let job = try fixture.station.submit(UnitJobRequest(recipe: "product"), to: "A1")
        _ = try fixture.memory.queue.next(slot: "A1")
        let opening = UnitOpening(
            unit: "line-\(job.id)", station: "line", slot: "A1",
            probe: UnitOpening.ProbeIdentity(kind: "k", path: "p"),
            recipe: UnitOpening.RecipeIdentity(name: "product", hash: ContentHash(of: [])), images: [],
            startedAt: "", attempt: 1)
        _ = try fixture.memory.records.open(opening, pools: [])
        return (fixture.folder, job)
    }

    @Test func `that was killed closes its unit as interrupted and does not run it again`() async throws {
        let (folder, job) = try folderWithUnitInWork()
        let fixture = try StationFixture(folder: folder)
        defer { fixture.remove() }
        await fixture.station.workOffQueue()
        #expect(try fixture.unit(job).closing?.verdict == .interrupted)
        #expect(try fixture.memory.queue.job(job.id).state == .interrupted)
        #expect(try fixture.memory.records.verify() == [])
    }

    @Test func `that was killed before its unit had a record gives it one, and owes the line its hook`()
        async throws
    {
        let folder: String
        let early: Job
        let late: Job
        let told = NSTemporaryDirectory() + "extflash-told-" + UUID().uuidString
        do {
            let fixture = try StationFixture(slots: ["stlink-v3", "stlink-v3"])
            folder = fixture.folder
            let recipe = try fixture.addRecipe(
                more: "hooks: {after: {command: [/bin/sh, -c, \"cat >> \(told)\"], timeout: 10 s}}")
            early = try fixture.station.submit(
                UnitJobRequest(recipe: "product", fields: ["serial": "S1"]), to: "A1")
            late = try fixture.station.submit(UnitJobRequest(recipe: "product"), to: "A2")
            // As a process that is killed leaves them: one before its record was opened, one behind it.
            _ = try fixture.memory.queue.next(slot: "A1")
            _ = try fixture.memory.queue.next(slot: "A2")
            let opening = UnitOpening(
                unit: "line-\(late.id)", station: "line", slot: "A2",
                probe: UnitOpening.ProbeIdentity(kind: "stlink-v3", path: "sim"),
                recipe: UnitOpening.RecipeIdentity(name: "product", hash: recipe.hash), images: [],
                startedAt: "2026-01-01T00:00:00Z", attempt: 1)
            _ = try fixture.memory.records.open(opening, pools: [])
        }
        let fixture = try StationFixture(folder: folder)
        defer { fixture.remove() }
        await fixture.station.workOffQueue()
        for job in [early, late] {
            #expect(try fixture.unit(job).closing?.verdict == .interrupted)
            #expect(try fixture.memory.queue.job(job.id).state == .interrupted)
        }
        #expect(try fixture.unit(early).opening.fields["serial"] == "S1")
        #expect(try String(contentsOfFile: told, encoding: .utf8).contains("line-\(late.id)"))
        try FileManager.default.removeItem(atPath: told)
        #expect(try fixture.memory.records.verify() == [])
    }

    @Test func `has its folder for itself`() throws {
        let fixture = try StationFixture()
        defer { fixture.remove() }
        let error = try #require(throws: StationError.self) { _ = try StationFixture(folder: fixture.folder) }
        #expect(error.code == "STN-025")
    }

    @Test func `works its slots side by side`() async throws {
        let fixture = try StationFixture(slots: ["stlink-v3", "cmsis-dap-v2", "stlink-v2"])
        defer { fixture.remove() }
        try fixture.memory.serials.create("n", .counter(start: 1, step: 1, last: 99))
        try fixture.addRecipe(more: "patches: [{name: s, place: 0x90000000+4, pool: n}]")
        let jobs = try ["A1", "A2", "A3", "A1", "A2", "A3"].map {
            try fixture.station.submit(UnitJobRequest(recipe: "product"), to: $0)
        }
        await fixture.station.workOffQueue()
        let units = try jobs.map { try fixture.unit($0) }
        #expect(
            units.map { $0.closing?.verdict } == Array(repeating: .good, count: 6),
            "\(units.map { $0.closing?.error })")
        #expect(Set(units.compactMap { $0.opening.serials["n"] }).count == 6)
        let chips = units.compactMap { $0.closing?.microcontroller?.uniqueID }
        #expect(Set(chips).count == 6, "\(chips)")
    }
}

@Suite struct `Hooks of a recipe` {
    private func script(_ body: String, in folder: String) throws -> String {
        let path = folder + "/hook-\(UUID().uuidString)"
        try Data("#!/bin/sh\n\(body)\n".utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        return path
    }

    private func outcome(of body: String, timeout: String = "600 s") async throws -> UnitRecord {
        let fixture = try StationFixture()
        defer { fixture.remove() }
        let path = try script(body, in: fixture.folder)
        try fixture.addRecipe(
            more: "hooks: {before: {command: [\(path)], timeout: \(timeout)}}\n"
                + "patches: [{name: s, place: 0x90000000+4, field: extra}]")
        let job = try fixture.station.submit(UnitJobRequest(recipe: "product"), to: "A1")
        await fixture.station.workOffQueue()
        return try fixture.unit(job)
    }

    @Test func `add fields before a unit`() async throws {
        let unit = try await outcome(of: "cat >/dev/null; echo '{\"extra\": \"abc\"}'")
        #expect(unit.opening.fields == ["extra": "abc"])
        #expect(unit.closing?.verdict == .good)
    }

    @Test func `refuse a unit`() async throws {
        let unit = try await outcome(of: "echo 'no such traveller' >&2; exit 1")
        #expect(unit.closing?.verdict == .refused)
        #expect(unit.closing?.error?.summary == "the line refused the unit: no such traveller")
    }

    @Test func `that answer nonsense begin no unit`() async throws {
        let unit = try await outcome(of: "echo '[1]'")
        #expect(unit.closing?.error?.code == "STN-013")
        #expect(unit.closing?.verdict == .refused)
    }

    @Test(.timeLimit(.minutes(1)))
    func `end with all that they have begun when their unit is cancelled`() async throws {
        let fixture = try StationFixture()
        defer { fixture.remove() }
        let pipe = try HookPipe(in: fixture.folder)
        let path = try script("(echo begun; exec sleep 1000) >\(pipe.path) &\nwait", in: fixture.folder)
        try fixture.addRecipe(more: "hooks: {before: {command: [\(path)], timeout: 600 s}}")
        let job = try fixture.station.submit(UnitJobRequest(recipe: "product"), to: "A1")
        async let work: Void = fixture.station.workOffQueue()
        await pipe.waitForLine()
        _ = try await fixture.station.cancel(job: job.id)
        await work
        let closing = try #require(try fixture.unit(job).closing)
        #expect(closing.verdict == .cancelled)
        #expect(closing.error?.code == "STN-033")
        #expect(closing.error?.failureClass == FailureClass.cancelled.name)
        #expect(try fixture.memory.queue.job(job.id).state == .cancelled)
        await pipe.waitForEnd()
    }

    @Test(.timeLimit(.minutes(1)))
    func `after a unit are cut short by a station that ends, and told again by the next`() async throws {
        let folder: String
        let job: Job
        do {
            let fixture = try StationFixture()
            folder = fixture.folder
            let pipe = try HookPipe(in: folder)
            let path = try script("(echo begun; exec sleep 1000) >\(pipe.path) &\nwait", in: folder)
            try fixture.addRecipe(more: "hooks: {after: {command: [\(path)], timeout: 600 s}}")
            job = try fixture.station.submit(UnitJobRequest(recipe: "product"), to: "A1")
            async let work: Void = fixture.station.workOffQueue()
            await pipe.waitForLine()
            await fixture.station.park()
            await work
            await pipe.waitForEnd()
            let due = try fixture.memory.hooks.due(at: .max)
            #expect(due.map(\.unit) == ["line-\(job.id)"] && due.map(\.attempts) == [0])
            try Data("#!/bin/sh\ncat >\(folder)/told\n".utf8).write(to: URL(filePath: path))
        }
        let fixture = try StationFixture(folder: folder)
        defer { fixture.remove() }
        await fixture.station.workOffQueue()
        #expect(try String(contentsOfFile: folder + "/told", encoding: .utf8).contains("line-\(job.id)"))
        #expect(try fixture.memory.hooks.due(at: .max).isEmpty)
    }

    @Test func `that hang are killed when their time is up`() async throws {
        let unit = try await outcome(of: "sleep 1000", timeout: "200 ms")
        #expect(unit.closing?.error?.code == "STN-012")
        #expect(unit.closing?.verdict == .refused)
    }
}
