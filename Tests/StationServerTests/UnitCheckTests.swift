// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import ProductionJobs
import ProductionStore
import Testing

@testable import StationServer

extension StationFixture {
    /// One unit after another in a slot, each by its recipe.
    func closings(
        of recipes: [String], in slot: String = "A1", onSameBoard: Bool = false
    ) async throws -> [UnitClosing] {
        let jobs = try recipes.map { name in
            var request = UnitJobRequest(recipe: name)
            if onSameBoard { request.repeats = true }
            return try station.submit(request, to: slot)
        }
        await station.workOffQueue()
        return try jobs.map { try #require(try unit($0).closing) }
    }
}

@Suite struct `Checks before a unit` {
    /// Every check that a recipe can ask for.
    private static let all = """
        before: {voltage: [3.0, 3.6], part: stm32h745, revision: V, flash-id: ef 40 18, blank: true}
        """

    @Test(arguments: [
        // What is wrong with the board, and what is told of it: of several mistakes the first of the order.
        ("power=off,flash=mx25l12835f", "UNT-001", Verdict.failed),
        ("flash=mx25l12835f", "UNT-005", .refused),
    ])
    func `are done in their order`(board: String, code: String, verdict: Verdict) async throws {
        let fixture = try StationFixture(slots: ["stlink-v3,\(board)"])
        defer { fixture.remove() }
        try fixture.addRecipe(more: Self.all)
        let closing = try await fixture.closings(of: ["product"])[0]
        #expect(closing.error?.code == code, "\(String(describing: closing.error))")
        #expect(closing.verdict == verdict)
        #expect(closing.contents == nil)
    }

    @Test(arguments: [
        ("voltage: [1.0, 1.2], part: x, revision: x, flash-id: 00 00 01, blank: true", "UNT-001"),
        ("part: x, revision: x, flash-id: 00 00 01, blank: true", "UNT-003"),
        ("revision: x, flash-id: 00 00 01, blank: true", "UNT-004"),
        ("flash-id: 00 00 01, blank: true", "UNT-005"),
        ("blank: true", "FLS-007"),
    ])
    func `tell the first that fails`(checks: String, code: String) async throws {
        let fixture = try StationFixture()
        defer { fixture.remove() }
        try fixture.addRecipe("first")
        try fixture.addRecipe("second", more: "before: {\(checks)}")
        let closing = try await fixture.closings(of: ["first", "second"], onSameBoard: true)[1]
        #expect(closing.error?.code == code, "\(String(describing: closing.error))")
        #expect(closing.verdict == (code == "UNT-001" ? .failed : .refused))
    }

    @Test func `let a board through that is as it should be`() async throws {
        let fixture = try StationFixture()
        defer { fixture.remove() }
        try fixture.addRecipe(more: Self.all)
        let closing = try await fixture.closings(of: ["product"])[0]
        #expect(closing.verdict == .good, "\(String(describing: closing.error))")
        #expect(closing.millivolts == 3300)
    }

    @Test func `say that the probe does not measure what is asked for`() async throws {
        let fixture = try StationFixture(slots: ["cmsis-dap-v2"])
        defer { fixture.remove() }
        try fixture.addRecipe(more: "before: {voltage: [3.0, 3.6]}")
        #expect(try await fixture.closings(of: ["product"])[0].error?.code == "UNT-002")
    }

    @Test(arguments: ["stlink-v3", "cmsis-dap-v2"])
    func `find another flash before the loader does`(probe: String) async throws {
        let fixture = try StationFixture(slots: ["\(probe),flash=mx25l12835f"])
        defer { fixture.remove() }
        try fixture.addRecipe("checked", more: "before: {flash-id: ef 40 18}")
        try fixture.addRecipe("unchecked")
        let closings = try await fixture.closings(of: ["checked", "unchecked"])
        #expect(closings[0].error?.code == "UNT-005")
        #expect(closings[0].error?.summary.contains("c22018") == true)
        #expect(closings[0].loaderHash == nil)
        #expect(closings[1].error?.code.hasPrefix("LDR-") == true)
    }

    @Test func `hold the board's revision against the recipe's`() async throws {
        let fixture = try StationFixture()
        defer { fixture.remove() }
        try fixture.addRecipe(more: "board-revision: C")
        var request = UnitJobRequest(recipe: "product")
        request.boardRevision = "B"
        let other = try fixture.station.submit(request, to: "A1")
        request.boardRevision = nil
        let right = try fixture.station.submit(request, to: "A1")
        await fixture.station.workOffQueue()
        #expect(try fixture.unit(other).closing?.error?.code == "STN-031")
        #expect(try fixture.unit(other).closing?.verdict == .refused)
        #expect(try fixture.unit(right).opening.boardRevision == "C")
        #expect(try fixture.unit(right).closing?.verdict == .good)
    }
}

@Suite struct `Checks after a unit` {
    @Test func `hash what must be there`() async throws {
        let fixture = try StationFixture()
        defer { fixture.remove() }
        let range = Array(StationFixture.image[256..<512])
        func recipe(_ name: String, _ hash: ContentHash) throws {
            try fixture.addRecipe(
                name, more: "after: {hashes: [{range: 0x90000100+256, sha256: \(hash)}]}")
        }
        try recipe("right", ContentHash(of: range))
        try recipe("wrong", ContentHash(of: range + [0]))
        let closings = try await fixture.closings(of: ["right", "wrong"])
        #expect(closings.map(\.verdict) == [.good, .failed])
        #expect(closings[1].error?.code == "UNT-006")
    }

    @Test(arguments: ["stlink-v3", "stlink-v2", "cmsis-dap-v1"])
    func `wait for the word of the application`(probe: String) async throws {
        // Two tasks: the stack frame of the second one has the Thumb bit in its saved state.
        let fixture = try StationFixture(slots: ["\(probe),app=rtos"])
        defer { fixture.remove() }
        func recipe(_ name: String, _ value: String) throws {
            try fixture.addRecipe(
                name,
                more: "after: {run: true, word: {address: 0x200017fc, value: \(value), within: 50 ms}}")
        }
        try recipe("right", "0x01000000, mask: 0x01000000")
        try recipe("wrong", "0x600d600d")
        let closings = try await fixture.closings(of: ["right", "wrong"])
        #expect(closings[0].verdict == .good, "\(String(describing: closings[0].error))")
        #expect(closings[1].verdict == .failed)
        #expect(closings[1].error?.code == "UNT-007")
        // It was proven before it was started.
        #expect(closings[1].contents == closings[0].contents)
    }
}
