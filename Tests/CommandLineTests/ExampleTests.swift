// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import ProductionJobs
import Testing

@Suite struct `Examples in Python` {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Documentation/examples").standardizedFileURL
    private static let python = "/usr/bin/env"
    private static let hasPython = ["/usr/bin/python3", "/usr/local/bin/python3"].contains {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    @Test(
        .enabled(if: hasPython, "there is no python3"),
        arguments: [
            ("openhtf_style.py", "S1", "verdict good\nflash_id ef4018\nPASS\n", 0),
            ("labgrid_style.py", "S2", "idle line-1\n", 0), ("labgrid_style.py", "\u{7f}", "", 1),
        ])
    func `program a unit`(script: String, serial: String, output: String, code: Int32) async throws {
        try await StationRun.with { station in
            try station.write("app.bin", StationRun.image)
            try station.write("product.yaml", StationRun.recipe())
            for line in [
                "image put $DIR/app.bin", "recipe add $DIR/product.yaml",
                "recipe approve \(ContentHash(of: StationRun.recipe()))",
            ] { #expect(await station.run(line).exitCode == 0) }
            let run = try await Self.run(
                ["python3", "-B", Self.folder.appending(path: script).path, "A1", "product", serial], station)
            #expect(run.output == output, "\(run.errors)")
            #expect(run.exitCode == code, "\(run.errors)")
            if code != 0 { #expect(run.errors.contains("[STN-002]")) }
        }
    }

    private static func run(_ arguments: [String], _ station: StationRun) async throws -> CommandRun {
        try await CommandRun.of(
            program: python, arguments, in: station.folder,
            environment: ["EXTFLASH_STATION": station.socket, "PATH": "/usr/local/bin:/usr/bin:/bin"])
    }
}
