// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CentralDatabase
import Essentials
import Foundation
import Logging
import ProductionJobs
import StationServer
import StationTestKit
import Testing
import Workbench

@testable import extflash

/// A station with simulated slots in this process, behind a socket in a folder of its own.
struct StationRun {
    let folder: String
    let station: Station
    var socket: String { folder + "/s" }

    /// `slots` are what follows `sim:`, named `A1`, `A2` …, a `$` in them the folder.
    ///
    /// All have the same board. Without a body nothing listens any more.
    static func with(
        slots: [String] = ["stlink-v3"], boards: String? = nil, park: String = "0 s", tail: String = "",
        central: (any Central)? = nil,
        _ body: @escaping @Sendable (StationRun) async throws -> Void
    ) async throws {
        let folder = NSTemporaryDirectory() + "extflash-cli-" + UUID().uuidString.prefix(8)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let places = slots.map { $0.replacing("$", with: folder + "/") }
        try StationText.simulated(places, more: boards.map { ", board: \($0)" } ?? "", park: park)
            .appending(tail)
            .write(toFile: folder + "/station.yaml", atomically: true, encoding: .utf8)
        let source: Station.Source = { () throws(StationError) in
            try definition(in: folder + "/station.yaml")
        }
        let station = try Station(
            source(), folder: folder + "/state", paths: InstallationPaths(roots: []), log: silent,
            source: source, central: central,
            clock: { Timestamp(milliseconds: 1_767_225_600_000) })
        let run = StationRun(folder: folder, station: station)
        try await DoorRun.socket(station, at: run.socket) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await station.run() }
                defer { group.cancelAll() }
                try await body(run)
            }
        }
    }

    private static func definition(in path: String) throws(StationError) -> StationDefinition {
        do {
            return try StationDefinition(
                yaml: String(contentsOfFile: path, encoding: .utf8), file: "station.yaml")
        } catch let error as any Diagnosable { throw .stationFileInvalid(error) } catch {
            throw .fileUnusable(path: path, detail: "it cannot be read")
        }
    }

    /// Runs `line` of the program against the station; `$DIR` is the folder.
    func run(_ line: String, environment: [String: String] = [:]) async -> CommandRun {
        await CommandRun.of(
            line.split(separator: " ").map { String($0).replacing("$DIR", with: folder) },
            environment: ["EXTFLASH_STATION": socket].merging(environment) { $1 })
    }

    func write(_ name: String, _ bytes: [UInt8]) throws {
        try Data(bytes).write(to: URL(filePath: folder + "/" + name))
    }

    static let image = Contents.random(8192, seed: 7)

    static func recipe(_ name: String = "product", more: String = "") -> [UInt8] {
        Array(
            """
            schema: 1
            name: \(name)
            title: A product
            board: stm32h745xi-w25q128
            images: [{sha256: \(ContentHash(of: image)), name: app.bin, address: 0x90000000}]
            \(more)

            """.utf8)
    }
}
