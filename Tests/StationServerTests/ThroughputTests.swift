// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import ProductionJobs
import ProductionStore
import Testing

@testable import StationServer

@Suite struct `Eight slots` {
    /// Seconds that each slot has worked, by its bench's own clock.
    private func busy(_ fixture: StationFixture) throws -> [String: Double] {
        try fixture.memory.units.units().reduce(into: [:]) { sums, unit in
            sums[unit.opening.slot, default: 0] += unit.closing?.seconds ?? 0
        }
    }

    private func rate(slots: Int, each: Int) async throws -> Double {
        let fixture = try StationFixture(slots: Array(repeating: "stlink-v3", count: slots))
        defer { fixture.remove() }
        try fixture.memory.serials.create("n", .counter(start: 1, step: 1, last: 99))
        try fixture.addRecipe(more: "patches: [{name: s, place: 0x90000000+4, pool: n}]")
        for number in 0..<slots * each {
            _ = try fixture.station.submit(
                UnitJobRequest(recipe: "product"), to: "A\(number % slots + 1)")
        }
        await fixture.station.workOffQueue()
        #expect(try fixture.memory.units.counts() == ["good": slots * each])
        let longest = try #require(try busy(fixture).values.max())
        return Double(slots * each) / longest
    }

    @Test func `do seven times what one does, at least`() async throws {
        let one = try await rate(slots: 1, each: 2)
        let eight = try await rate(slots: 8, each: 2)
        #expect(eight >= 7 * one, "\(eight) units a second, one slot does \(one)")
    }

    /// A hook that ends only when all the other slots have ended their units: nothing is held up by it.
    @Test func `do not wait for one that hangs`() async throws {
        let fixture = try StationFixture(slots: Array(repeating: "stlink-v3", count: 8))
        defer { fixture.remove() }
        try fixture.addRecipe()
        let flag = fixture.folder + "/flag"
        try fixture.addRecipe(
            "waiting",
            more: "hooks: {before: {command: [/bin/sh, -c, \"until [ -e \(flag) ]; do sleep 0.05; done\"],"
                + " timeout: 600 s}}")
        let slow = try fixture.station.submit(UnitJobRequest(recipe: "waiting"), to: "A1")
        let others = try (2...8).map {
            try fixture.station.submit(UnitJobRequest(recipe: "product"), to: "A\($0)")
        }
        async let first: Void = fixture.station.worker("A1").workOff()
        await withTaskGroup(of: Void.self) { group in
            for worker in fixture.station.roster.workers where worker.name != "A1" {
                group.addTask { await worker.workOff() }
            }
        }
        #expect(try others.map { try fixture.unit($0).closing?.verdict } == Array(repeating: .good, count: 7))
        #expect(try fixture.memory.queue.job(slow.id).state == .running)
        try Data().write(to: URL(fileURLWithPath: flag))
        try await first
        #expect(try fixture.unit(slow).closing?.verdict == .good)
    }
}
