// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CentralDatabase
import Essentials
import Foundation
import Logging
import ProductionJobs
import ProductionStore
import StationTestKit
import Testing

@testable import StationServer

@Suite struct `Recipes and images in the central database` {
    private static let image: [UInt8] = {
        var generator = SeededGenerator(seed: 3)
        return (0..<(5 << 19)).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }()

    private func recipe(_ station: CentralFixture) throws -> RecipeText {
        let hash = ContentHash(of: Self.image)
        let upload = try station.memory.images.upload(hash)
        try upload.append(Self.image)
        try station.memory.images.finish(upload, name: "app.bin", at: "")
        let recipe = try RecipeText(
            """
            schema: 1
            name: product
            title: A product
            board: stm32h745xi-w25q128
            images: [{sha256: \(hash), name: app.bin, address: 0x90000000}]
            """, file: "recipe.yaml")
        try station.memory.recipes.add(recipe, at: "1")
        return recipe
    }

    @Test func `go from one station to another, and are not approved by that`() throws {
        let central = ModelCentral()
        let (first, second) = (try CentralFixture("a", central), try CentralFixture("b", central))
        let recipe = try recipe(first)
        try CentralTransfer(central: central, memory: first.memory).push(
            recipe: recipe.hash, by: "an engineer")
        #expect(central.contents.pieces[ContentHash(of: Self.image)]?.count == 3)
        let transfer = CentralTransfer(central: central, memory: second.memory)
        // Broken off behind the recipe, the image's name and its first piece.
        central.disturb { $0 > 3 ? .before : .none }
        let broken = try #require(throws: StationError.self) {
            try transfer.pull(recipe: recipe.hash, at: "2")
        }
        #expect(broken.origin.code == "CEN-001")
        central.disturb { _ in .none }
        try transfer.pull(recipe: recipe.hash, at: "3")
        // The recipe, the name, and the two pieces that were missing.
        #expect(central.calls == 4)
        #expect(try second.memory.images.contents(ContentHash(of: Self.image)) == Self.image)
        let stored = try second.memory.recipes.recipe(recipe.hash)
        #expect(stored.text == recipe.text && !stored.isUsable)
    }

    @Test func `are not taken when they are other than their hash says`() throws {
        let central = ModelCentral()
        let (first, second) = (try CentralFixture("a", central), try CentralFixture("b", central))
        let recipe = try recipe(first), hash = ContentHash(of: Self.image)
        try CentralTransfer(central: central, memory: first.memory).push(recipe: recipe.hash, by: "x")
        central.contents.pieces[hash]?[1]?[7] ^= 1
        let transfer = CentralTransfer(central: central, memory: second.memory)
        let error = try #require(throws: StationError.self) { try transfer.pull(recipe: recipe.hash, at: "") }
        #expect(error.origin.code == "STO-033")
        #expect(try !second.memory.images.contains(hash))
        #expect(throws: StationError.self) { try transfer.pull(image: ContentHash(of: [9]), at: "") }
    }

    @Test func `and its state are told by a station that keeps in step with it`() async throws {
        let central = ModelCentral()
        central.contents.pools["serial"] = (.counter(start: 1, step: 1, last: 99), 10, 0)
        let station = try CentralFixture(central)
        var definition = CentralDefinition(database: .service("factory"))
        definition.pools = ["serial", "none"]
        let link = CentralLink(
            definition, central: central, station: "line", memory: station.memory,
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        #expect(await link.step(at: .zero) == .milliseconds(500))
        let there = try link.status()
        #expect(there.isConnected && there.problem == nil && there.conflict == nil)
        #expect(there.pools.map(\.left) == [10, 0] && there.pools[1].problem?.code == "CEN-030")
        try station.make()
        central.disturb { _ in .before }
        for wait in [1.0, 2, 4, 8, 8] {
            let pause = await link.step(at: .seconds(1))
            #expect(pause >= .seconds(wait / 2) && pause <= .seconds(wait))
        }
        let away = try link.status()
        #expect(!away.isConnected && away.problem?.code == "CEN-001" && away.waiting == 2)
        let text = CentralMetrics(
            status: away, now: try #require(Timestamp("2026-01-01T00:01:00.000Z"))
        ).text
        for line in [
            "extflash_central_connected 0", "extflash_central_outbox_records 2",
            "extflash_central_outbox_oldest_seconds 60", "extflash_central_last_error{code=\"CEN-001\"} 1",
            "extflash_central_lease_left{pool=\"serial\"} 9",
        ] { #expect(text.contains(line + "\n"), "\(text)") }
    }
}
