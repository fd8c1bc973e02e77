// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CentralDatabase
import Essentials
import Foundation
import ProductionJobs
import ProductionStore
import StationServer
import StationTestKit
import Testing
import Workbench

@testable import StationClient
@testable import extflash

@Suite struct `Commands for a station` {
    /// Both kinds of output for each line, held against the golden files and the published schemas.
    private func check(_ name: String, _ lines: [String], on station: StationRun) async throws {
        var text = "", documents = ""
        for line in lines {
            let isTwin = line.hasPrefix("--json ")
            let command = isTwin ? String(line.dropFirst(7)) : line
            let run = await station.run(command + (isTwin ? " --json" : ""))
            if isTwin {
                #expect(DocumentCheck.faults(of: run.output) == [], "\(line)")
                documents += try Masks.json(run.output, scratch: station.folder)
                continue
            }
            text += "$ extflash \(command)\nexit code \(run.exitCode)\n--- standard output\n\(run.output)"
            text += "--- standard error\n\(run.errors)"
        }
        let key = station.station.context.memory.key.publicKey
        func masked(_ text: String) -> String {
            text.replacing(key, with: "$KEY").replacing(/xf_[A-Za-z0-9_-]+/, with: "$TOKEN")
        }
        try GoldenFile(name: "\(name).txt").expect(masked(Masks.text(text, scratch: station.folder)))
        try GoldenFile(name: "\(name).json").expect(masked(documents))
    }

    private func twice(_ lines: String...) -> [String] { lines.flatMap { [$0, "--json " + $0] } }

    @Test func `take a unit from image to report`() async throws {
        try await StationRun.with { station in
            try station.write("app.bin", StationRun.image)
            try station.write("product.yaml", StationRun.recipe())
            let hash = ContentHash(of: StationRun.recipe()).short
            try await check(
                "station-first-unit",
                twice("image put $DIR/app.bin", "image list", "recipe add $DIR/product.yaml", "recipe list")
                    + twice("recipe approve \(hash)", "recipe show \(hash)")
                    + ["batch open monday --recipe product --work-order W1 --limit 10"]
                    + ["--json batch open tuesday --recipe product"]
                    + twice("batch list", "batch show monday", "station status")
                    + ["--json batch close tuesday", "batch close tuesday"]
                    + ["job start --recipe product --slot A1 --serial S1 --batch monday --progress none"]
                    + [
                        "--json job start --recipe product --slot A1 --serial S1 --repeat --batch monday --progress none --key k --work-order W1 --operator me"
                    ]
                    + twice("job list", "job show 1", "job watch 1", "unit list", "unit show line-1")
                    + twice("records list --batch monday", "records show line-2", "records verify")
                    + twice("station slots", "station resume A1", "job cancel 1")
                    + twice(
                        "records export --format csv -o $DIR/all.csv",
                        "batch report monday -o $DIR/monday.html")
                    + ["station token create mac", "--json station token create tester --role reader"]
                    + ["station token revoke mac", "--json station token revoke tester"]
                    + twice("station token list", "recipe retire \(hash)"), on: station)
            let report = try String(contentsOfFile: station.folder + "/monday.html", encoding: .utf8)
            #expect(report.contains("100.0 %"))
            let lines = await station.run("records export --format jsonl")
            #expect(lines.output.split(separator: "\n").count == 2 && lines.errors == "")
        }
    }

    @Test func `say what is wrong as commands for one board do`() async throws {
        try await StationRun.with(slots: ["stlink-v3,fault=bad-cell", "stlink-v3"]) { station in
            try station.write("app.bin", StationRun.image)
            try station.write("product.yaml", StationRun.recipe(more: "guards: {stop-after-failures: 1}"))
            try station.write("wrong.yaml", Array("schema: 1\nname: x\ncolour: red\n".utf8))
            let hash = ContentHash(of: StationRun.recipe(more: "guards: {stop-after-failures: 1}"))
            try await check(
                "station-failures",
                twice("recipe add $DIR/product.yaml", "recipe add $DIR/wrong.yaml", "image put $DIR/none.bin")
                    + ["image put $DIR/app.bin", "recipe add $DIR/product.yaml"]
                    + twice("job start --recipe product --slot A1", "recipe approve abcd")
                    + ["recipe approve \(hash)"]
                    + twice("job start --recipe product --slot Z9", "unit show line-77", "job show 77")
                    + ["job start --recipe product --slot A1 --progress none"]
                    + ["--json job show 1", "--json job watch 1", "station slots", "--json station status"]
                    + ["job start --recipe product --slot A1 --no-wait"]
                    + twice("job cancel 2", "batch open b --recipe none", "station token revoke nobody")
                    + ["job start --recipe product --all --progress none"]
                    + ["--json job start --recipe product --all --progress none"]
                    + ["job start --recipe product", "job start --recipe product --all --serial S1"]
                    + ["station status --station a/b", "records export --format pdf"]
                    + ["records export -o $DIR/none/x"],
                on: station)
        }
    }

    @Test func `check a station file without a station`() async throws {
        try await StationRun.with { station in
            try station.write(
                "good.yaml",
                Array(
                    """
                    schema: 1
                    name: line-1
                    title: Line 1
                    slots:
                      - {name: A1, sim: stlink-v3, board: stm32h745xi-w25q128}
                      - {name: A2, usb: 3-1.4.2}

                    """.utf8))
            try station.write(
                "twice.yaml",
                Array(
                    "schema: 1\nname: x\ntitle: X\nslots:\n  - {name: A1, usb: 1-1}\n  - {name: A2, usb: 1-1}\n"
                        .utf8))
            for (name, file) in [
                ("station.pem", "c.pem"), ("station.key", "c.key"), ("other.key", "other.key"),
            ] {
                try station.write(file, Array(Data(contentsOf: URL(filePath: TestCertificates.path(name)))))
            }
            for (name, key) in [("network", "c.key"), ("mismatch", "other.key")] {
                let http = "{listen: 0.0.0.0:8443, certificate: $DIR/c.pem, key: $DIR/\(key)}"
                try station.write(
                    "\(name).yaml",
                    Array(
                        "schema: 1\nname: n\ntitle: N\nslots: [{name: A1, sim: stlink-v3}]\nhttp: \(http)\n"
                            .replacing("$DIR", with: station.folder).utf8))
            }
            try await check(
                "station-check",
                twice(
                    "station check $DIR/good.yaml", "station check $DIR/network.yaml",
                    "station check $DIR/mismatch.yaml", "station check $DIR/twice.yaml",
                    "station check $DIR/none"
                ),
                on: station)
        }
    }

    @Test func `have the station read its file again, and move boards of simulated slots`() async throws {
        try await StationRun.with { station in
            try await check(
                "station-reload",
                twice(
                    "station simulate A1 --board out", "station simulate A1 --board in --probe in",
                    "station simulate A9 --probe out", "station simulate A1 --traits fault=bad-cell",
                    "station simulate A1 --traits state=/etc", "station reload"), on: station)
            try station.write("station.yaml", Array(StationText.simulated(["stlink-v2", "stlink-v3"]).utf8))
            try await check("station-reloaded", ["station reload", "--json station reload"], on: station)
            // What is plugged into this machine is not known.
            let probes = await station.run("station probes --json")
            #expect(DocumentCheck.faults(of: probes.output) == [])
        }
    }

    @Test func `give a unit its serial numbers, its revision and another attempt`() async throws {
        let slots = ["stlink-v3,usb-fault=1100:disconnect", "stlink-v3"]
        try await StationRun.with(slots: slots, boards: "stm32h745xi-w25q128") { station in
            try station.write("app.bin", StationRun.image)
            let recipe = StationRun.recipe(
                more: """
                    board-revision: "2"
                    retries: 1
                    patches:
                      - {name: serial, place: 0x90000100+8, pool: widget, format: {coding: ascii, digits: 8}}
                      - {name: mac, place: 0x90000110+6, pool: mac}
                      - {name: label, place: 0x90000120+2, pool: labels, column: label, format: {coding: ascii}}
                    """)
            try station.write("product.yaml", recipe)
            try station.write("labels.csv", Array("label,note\nL1,first\nL2,second\n".utf8))
            try station.write("names.txt", Array("anna\nberta\n".utf8))
            try station.write("twice.txt", Array("anna\nanna\n".utf8))
            try await check(
                "station-serials",
                twice("station pool add widget --first 1042 --last 9999 --step 2")
                    + twice("station pool add mac --first 02:00:00:00:00:01 --last 02:00:00:00:00:ff")
                    + twice("station pool import labels $DIR/labels.csv")
                    + twice("station pool import names $DIR/names.txt --list")
                    + [
                        "station pool import names $DIR/twice.txt --list",
                        "station pool import x $DIR/none.csv",
                    ]
                    + ["station pool add widget --first 1 --last 9", "station pool add w --first 9 --last 1"]
                    + ["image put $DIR/app.bin", "recipe add $DIR/product.yaml"]
                    + ["recipe approve \(ContentHash(of: recipe))"]
                    + ["job start --recipe product --slot A1 --board-revision 2 --progress none"]
                    + ["job start --recipe product --slot A2 --board-revision 1 --progress none"]
                    + twice("unit show line-1", "job show 2", "station slots", "station pool list")
                    + twice("station pool show widget", "station pool show none"), on: station)
        }
    }

    /// Asks again until the answer has the text: the station's round with the database has its own time.
    private func status(of station: StationRun, with text: String) async {
        while await !station.run("station status --json").output.contains(text) { await Task.yield() }
    }

    @Test(.timeLimit(.minutes(1)))
    func `carry recipes and images to the central database, and tell how it stands`() async throws {
        let central = ModelCentral()
        central.contents.pools["serial"] = (.counter(start: 1, step: 1, last: 99), 10, 0)
        try await StationRun.with(
            tail: "central: {service: factory, pools: [serial, none]}\n", central: central
        ) { station in
            try station.write("app.bin", StationRun.image)
            try station.write("product.yaml", StationRun.recipe())
            let recipe = ContentHash(of: StationRun.recipe()), image = ContentHash(of: StationRun.image)
            try await check(
                "station-central",
                ["image put $DIR/app.bin", "recipe add $DIR/product.yaml", "recipe approve \(recipe)"]
                    + twice("image push \(image)", "recipe push \(recipe)", "recipe pull \(recipe)")
                    + twice("image pull \(image)", "image pull \(ContentHash(of: [9]))"), on: station)
            #expect(central.contents.images[image]?.size == Int64(StationRun.image.count))
            await status(of: station, with: "\"left\" : 10")
            try await check("station-central-there", twice("station status"), on: station)
            // The database knows another station of this name: a person has to settle that.
            central.contents.keys["line"] = "somebody else's"
            #expect(await station.run("job start --recipe product --slot A1 --progress none").exitCode == 0)
            await status(of: station, with: "\"conflict\"")
            try await check(
                "station-central-conflict",
                twice("station status", "station pool release serial", "station pool release other"),
                on: station)
        }
    }

    @Test func `list probes with the slots that they belong to`() throws {
        let answer = """
            [{"probe": {"path": "3-1.4.2", "kind": "ST-LINK/V3", "product": "STLINK-V3", "serial": "0042"}, "slot": "A1"},
             {"probe": {"path": "3-1.4.3", "kind": "CMSIS-DAP", "product": "DAP", "obstacle": "access denied"}}]
            """
        let report = StationProbesReport(
            probes: try JSONDecoder().decode([StationProbe].self, from: Data(answer.utf8)))
        let document = JobDocument(
            command: StationGroup.Probes.documentName, result: report, error: nil,
            host: HostUsage(since: MonotonicTime()))
        #expect(DocumentCheck.faults(of: document.text) == [])
        #expect(document.text.contains("access denied"))
    }

    @Test func `tell where nobody answers, and whose token is wrong`() async throws {
        try await StationRun.with { station in
            let path = station.folder + "/token"
            try station.write("token", Array("two words".utf8))
            #expect(await station.run("station status --station \(path)x").exitCode == 61)
            let token = await station.run("station status --token-file \(path)")
            #expect(token.exitCode == 35 && token.errors.contains("[STC-002]"))
            let none = await station.run("station status", environment: ["EXTFLASH_TOKEN_FILE": "/none"])
            #expect(none.exitCode == 35)
        }
    }

    @Test func `programs in every free slot and tells progress`() async throws {
        try await StationRun.with(slots: ["stlink-v3", "cmsis-dap-v2"]) { station in
            try station.write("app.bin", StationRun.image)
            try station.write("product.yaml", StationRun.recipe())
            for line in [
                "image put $DIR/app.bin", "recipe add $DIR/product.yaml",
                "recipe approve \(ContentHash(of: StationRun.recipe()))",
            ] { #expect(await station.run(line).exitCode == 0) }
            let run = await station.run("job start --recipe product --all")
            #expect(run.exitCode == 0, "\(run.errors)")
            #expect(run.output.matches(of: /good/).count == 2)
            for slot in ["A1", "A2"] { #expect(run.errors.contains("\(slot)  verify  ")) }
            // What was missed is told first, in its order.
            let watched = await station.run("station watch --after 0 --count 3 --json")
            #expect(watched.output.split(separator: "\n").count == 3)
            #expect(watched.output.hasPrefix("{\"id\":1,"))
        }
    }
}

@Suite struct `Server-sent events` {
    @Test(arguments: [1, 2, 7, 1000]) func `are read from pieces of any size`(size: Int) throws {
        let text =
            ": connected\r\n\r\nid: 5\r\nevent: slot\r\ndata: {\"a\":1}\r\n\r\n\ndata:x\ndata: y\nid: z\n\nid: 9\n"
        var parser = StationEventParser()
        var events: [StationEvent] = []
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: size) {
            let piece = parser.add(Array(bytes[start..<min(start + size, bytes.count)]))
            events += try #require(piece)
        }
        #expect(events.map(\.id) == [5, nil])
        #expect(events.map(\.kind) == ["slot", "message"])
        #expect(events.map(\.data) == ["{\"a\":1}", "x\ny"])
    }

    @Test func `of no end are refused`() {
        var parser = StationEventParser()
        #expect(parser.add([UInt8](repeating: 0x41, count: (1 << 20) + 1)) == nil)
    }
}
