// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import ProductionJobs
import ProductionStore
import StationServer
import Testing

@testable import StationClient
@testable import extflash

@Suite struct `Programming one board at a station` {
    private func golden(_ name: String, _ lines: [String], on station: StationRun) async throws {
        var text = "", documents = ""
        for line in lines {
            let run = await station.run(line)
            if line.hasSuffix("--json") {
                #expect(DocumentCheck.faults(of: run.output) == [], "\(line)")
                documents += try Masks.json(run.output, scratch: station.folder)
                continue
            }
            text += "$ extflash \(line)\nexit code \(run.exitCode)\n--- standard output\n\(run.output)"
            text += "--- standard error\n\(run.errors)"
        }
        try GoldenFile(name: "\(name).txt").expect(Masks.text(text, scratch: station.folder))
        try GoldenFile(name: "\(name).json").expect(documents)
    }

    @Test func `takes the command line that was written for one board`() async throws {
        let slots = ["stlink-v3,state=$A1", "cmsis-dap-v2,fault=bad-cell"]
        try await StationRun.with(slots: slots, boards: "stm32h745xi-w25q128") { station in
            try station.write("app.bin", StationRun.image)
            try await golden(
                "station-program",
                [
                    "program $DIR/app.bin --station --progress none",
                    "program $DIR/app.bin@0x90100000 --station=default --slot A1 --erase chip --speed 1M --run --json",
                    "program $DIR/app.bin --probe A2 --station=\(station.socket) --progress none --json",
                    "program $DIR/app.bin --probe A2 --station --progress none",
                    "program $DIR/app.bin --probe 3-1 --station", "program $DIR/none.bin --station --json",
                    "program $DIR/app.bin --station --full", "program $DIR/app.bin --slot A1",
                    "program $DIR/app.bin --station --board ./mine.yaml",
                    "job show 1 --json", "unit show line-1", "recipe list",
                ].map { $0.replacing(station.socket, with: "$DIR/s") }, on: station)
            let held = try Data(contentsOf: URL(filePath: station.folder + "/A1/flash.bin"))
            #expect(Array(held[0x10_0000..<0x10_0000 + StationRun.image.count]) == StationRun.image)
        }
    }

    @Test func `is for engineers, and for a recipe that was not retired`() async throws {
        try await StationRun.with(boards: "stm32h745xi-w25q128") { station in
            try station.write("app.bin", StationRun.image)
            #expect(await station.run("program $DIR/app.bin --station --progress none").exitCode == 0)
            let memory = station.station.context.memory
            let hash = try #require(try memory.recipes.all().first?.hash)
            // What was not approved is for nobody else.
            let plain = await station.run("job start --recipe \(hash) --slot A1 --progress none")
            #expect(plain.exitCode == 60 && plain.errors.contains("[STO-031]"), "\(plain.errors)")
            try memory.recipes.retire(hash, at: "2026-01-01T00:00:00Z")
            let retired = await station.run("program $DIR/app.bin --station --progress none")
            #expect(retired.exitCode == 60 && retired.errors.contains("[STO-031]"), "\(retired.errors)")
        }
    }

    @Test func `has a word for --station without an address`() {
        #expect(
            StationProgramOptions.withValues(["program", "a", "--station"]) == [
                "program", "a", "--station=default",
            ])
        for line in [["job", "--station"], ["program", "--", "--station"], ["program", "--station=x"]] {
            #expect(StationProgramOptions.withValues(line) == line)
        }
    }
}
