// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Foundation
import ProductionJobs
import ProductionStore
import Testing
import Workbench

@testable import StationServer

@Suite struct `A cable that is pulled` {
    @Test func `is told as what it is, wherever in a unit that happens`() async throws {
        let transfers = Array(stride(from: 12, to: 1500, by: 63))
        let fixture = try StationFixture(
            slots: transfers.map {
                "\($0.isMultiple(of: 2) ? "stlink-v3" : "cmsis-dap-v2"),usb-fault=\($0):disconnect"
            })
        defer { fixture.remove() }
        try fixture.addRecipe(more: "before: {flash-id: ef 40 18}")
        let jobs = try transfers.indices.map {
            try fixture.station.submit(UnitJobRequest(recipe: "product"), to: "A\($0 + 1)")
        }
        await fixture.station.workOffQueue()
        var lost = 0
        for (transfer, job) in zip(transfers, jobs) {
            let closing = try #require(try fixture.unit(job).closing)
            guard closing.verdict != .good else { continue }
            lost += 1
            #expect(closing.verdict == .failed)
            #expect(closing.error?.code == "USB-003", "at \(transfer): \(String(describing: closing.error))")
            #expect(closing.error?.failureClass == FailureClass.probeLost.name)
        }
        #expect(lost > 10)
    }

    /// While the target is taken hold of, or the flash is looked at: before anything is changed.
    @Test(arguments: [("stlink-v3", 700), ("cmsis-dap-v2", 1100)])
    func `costs a unit another attempt where its recipe allows one`(
        probe: String, transfer: Int
    ) async throws {
        let board = NSTemporaryDirectory() + "extflash-board-" + UUID().uuidString
        let cable = "\(probe),usb-fault=\(transfer):disconnect"
        let fixture = try StationFixture(slots: ["\(cable),state=\(board)", cable])
        defer {
            fixture.remove()
            try? FileManager.default.removeItem(atPath: board)
        }
        try fixture.memory.serials.create("n", .counter(start: 1, step: 1, last: 9))
        let more = "patches: [{name: s, place: 0x90000000+4, pool: n}]\nbefore: {blank: true}\n"
        try fixture.addRecipe("patient", more: more + "retries: 1")
        try fixture.addRecipe("strict", more: more)
        let patient = try await fixture.closings(of: ["patient"])[0]
        #expect(patient.verdict == .good, "\(String(describing: patient.error))")
        #expect(patient.retries == 1)
        #expect(patient.attempts?.map(\.error.code) == ["USB-003"])
        let strict = try await fixture.closings(of: ["strict"], in: "A2")[0]
        #expect(strict.verdict == .failed && strict.retries == 0 && strict.attempts == nil)
        #expect(strict.error?.code == "USB-003")
        // One record and one number for both attempts; the strict unit was lost before it needed a number.
        let units = try fixture.memory.units.units()
        #expect(units.map(\.opening.slot) == ["A2", "A1"])
        #expect(units.map(\.opening.serials) == [[:], ["n": "1"]])
        #expect(units.map(\.opening.attempt) == [1, 1])
        let pool = try fixture.memory.serials.state(of: "n")
        #expect(pool.used == 1 && pool.reserved == 0 && pool.burnt == 0 && pool.left == 8)
        #expect(try fixture.memory.records.verify() == [])
        let held = try Data(contentsOf: URL(filePath: board + "/flash.bin"))
        let wanted = [1, 0, 0, 0] + StationFixture.image.dropFirst(4)
        #expect(Array(held.prefix(wanted.count)) == wanted)
        #expect(held.dropFirst(wanted.count).allSatisfy { $0 == 0xFF })
    }

    @Test func `and stays out ends the unit, whatever the recipe allows`() async throws {
        let fixture = try StationFixture()
        defer { fixture.remove() }
        try fixture.addRecipe(more: "retries: 3")
        try fixture.station.worker("A1").fixture.isPlugged = false
        let closing = try await fixture.closings(of: ["product"])[0]
        #expect(closing.error?.failureClass == FailureClass.noProbe.name)
        #expect(closing.retries == 0)
    }
}

@Suite struct `The probe of a slot` {
    @Test(arguments: ["stlink-v2", "stlink-v3", "cmsis-dap-v1", "cmsis-dap-v2"])
    func `stays open from unit to unit`(probe: String) async throws {
        let fixture = try StationFixture(slots: [probe])
        defer { fixture.remove() }
        try fixture.addRecipe()
        try fixture.addRecipe("slow", more: "speed: 1 MHz")
        let closings = try await fixture.closings(of: ["product", "slow", "product"])
        #expect(closings.map(\.verdict) == [.good, .good, .good])
        #expect(try await fixture.station.worker("A1").bench.openings == 1)
        // Nothing of the slow one is left.
        #expect(closings[0].clockHertz == closings[2].clockHertz)
        #expect(closings[1].clockHertz != closings[2].clockHertz)
        #expect(Set(closings.compactMap { $0.microcontroller?.uniqueID }).count == 3)
    }

    @Test func `is opened anew after it was lost, and after it came back`() async throws {
        let fixture = try StationFixture(slots: ["stlink-v3,usb-fault=1100:disconnect"])
        defer { fixture.remove() }
        try fixture.addRecipe()
        let worker = try fixture.station.worker("A1")
        #expect(try await fixture.closings(of: ["product"])[0].error?.code == "USB-003")
        #expect(try await fixture.closings(of: ["product"])[0].error?.code == "USB-003")
        #expect(await worker.bench.openings == 2)
        worker.fixture.isPlugged = false
        #expect(try await fixture.closings(of: ["product"])[0].error?.code == "WRK-001")
        #expect(await worker.bench.openings == 2)
    }

    @Test func `that was replugged between two units is the slot's again`() async throws {
        let fixture = try StationFixture()
        defer { fixture.remove() }
        try fixture.addRecipe("first")
        try fixture.addRecipe("second", more: "speed: 2 MHz")
        let worker = try fixture.station.worker("A1")
        #expect(try await fixture.closings(of: ["first"])[0].verdict == .good)
        worker.fixture.isPlugged = false
        #expect(try await fixture.closings(of: ["first"])[0].verdict == .failed)
        worker.fixture.isPlugged = true
        #expect(try await fixture.closings(of: ["second"])[0].verdict == .good)
        #expect(await worker.bench.openings == 2)
        await worker.letGo()
        #expect(try await fixture.closings(of: ["second"])[0].verdict == .good)
        #expect(await worker.bench.openings == 3)
    }
}

@Suite struct `A simulated board` {
    @Test func `is the same one until it has left`() async throws {
        let fixture = try StationFixture(more: ", start: on-arrival, recipe: product")
        defer { fixture.remove() }
        try fixture.addRecipe()
        let worker = try fixture.station.worker("A1")
        let first = try await fixture.closings(of: ["product", "product"])
        #expect(first.map(\.verdict) == [.good, .refused])
        #expect(first[1].error?.code == "STO-022")
        #expect(first[0].microcontroller?.uniqueID == first[1].microcontroller?.uniqueID)
        worker.fixture.hasBoard = false
        worker.fixture.hasBoard = true
        let next = try await fixture.closings(of: ["product"])[0]
        #expect(next.verdict == .good)
        #expect(next.microcontroller?.uniqueID != first[0].microcontroller?.uniqueID)
    }

    @Test func `is an attempt of its own unit, and the next one of the same`() async throws {
        let fixture = try StationFixture(slots: ["stlink-v3,usb-fault=1100:disconnect"])
        defer { fixture.remove() }
        try fixture.addRecipe()
        _ = try await fixture.closings(of: ["product", "product"], onSameBoard: true)
        let units = try fixture.memory.units.units()
        #expect(units.map(\.opening.attempt) == [2, 1])
    }
}
