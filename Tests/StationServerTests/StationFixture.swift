// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CentralDatabase
import Essentials
import Foundation
import HardwareDescription
import Logging
import ProductionJobs
import ProductionStore
import StationServer
import StationTestKit
import Testing
import Workbench

/// A station with simulated slots in a folder of its own, and a calendar that does not move by itself.
final class StationFixture: Sendable {
    let folder: String
    let station: Station

    /// `slots` are what follows `sim:`, named `A1`, `A2` …, with `more` in each.
    init(
        slots: [String] = ["stlink-v3"], more: String = "", folder: String? = nil, parkTime: String = "0 s",
        tail: String = "", central: (any Central)? = nil, plugs: ProbeWatch = ProbeWatch()
    ) throws {
        self.folder = folder ?? NSTemporaryDirectory() + "extflash-station-" + UUID().uuidString
        station = try Station(
            StationDefinition(
                yaml: StationText.simulated(slots, more: more, park: parkTime) + tail, file: "station.yaml"),
            folder: self.folder,
            paths: InstallationPaths(roots: []), log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            central: central, plugs: plugs,
            clock: { Timestamp(milliseconds: 1_767_225_600_000) })
    }

    var memory: StationMemory { station.context.memory }

    /// What cannot be removed is an issue of the test: somebody still works in the folder.
    func remove() {
        do { try FileManager.default.removeItem(atPath: folder) } catch { Issue.record(error) }
    }

    /// Keeps an image and a recipe that programs it; `more` are further lines of the recipe.
    @discardableResult
    func addRecipe(
        _ name: String = "product", image: [UInt8] = StationFixture.image, more: String = "",
        approved: Bool = true
    ) throws -> RecipeText {
        let hash = ContentHash(of: image)
        if try !memory.images.contains(hash) {
            let upload = try memory.images.upload(hash)
            try upload.append(image)
            try memory.images.finish(upload, name: "image.bin", at: "")
        }
        let recipe = try RecipeText(
            """
            schema: 1
            name: \(name)
            title: A product
            board: stm32h745xi-w25q128
            images: [{sha256: \(hash), name: image.bin, address: 0x90000000}]
            \(more)
            """, file: "recipe.yaml")
        try memory.recipes.add(recipe, at: "1")
        if approved { try memory.recipes.approve(recipe.hash, by: "an engineer", at: "2") }
        return recipe
    }

    /// 8 KiB that are no pattern.
    static let image: [UInt8] = {
        var generator = SeededGenerator(seed: 7)
        return (0..<8192).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }()

    func unit(_ job: Job) throws -> UnitRecord { try memory.units.unit("line-\(job.id)") }
}
