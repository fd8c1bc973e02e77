// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Foundation
import StationTestKit
import Testing
import Workbench

@testable import extflash

@Suite struct `JSON documents` {
    @Test func `each schema is printed by its name`() async throws {
        let list = await CommandRun.of(["schema", "list"])
        #expect(list.exitCode == 0)
        let names = list.output.split(separator: "\n").map(String.init)
        #expect(names.count == Set(names).count && names.contains("loader-inspect"))
        for name in names {
            let schema = await CommandRun.of(["schema", name])
            #expect(schema.exitCode == 0)
            try GoldenFile(name: "schema/\(name).json").expect(schema.output)
        }
    }

    /// A key that no golden document has may be wrong without anybody seeing it.
    @Test(.disabled(if: GoldenFile.updates, "the documents are being written"))
    func `every key of every schema occurs in a document of the tests`() throws {
        var met: [String: Set<String>] = [:]
        var rules: [String: Any] = [:]
        for schema in SchemaCommand.all {
            rules[schema.command] = try JSONSerialization.jsonObject(with: Data(schema.text.utf8))
        }
        for document in try Self.goldenDocuments() {
            let command = try #require(document["command"] as? String)
            let checker = SchemaChecker.check(document, against: try #require(rules[command]))
            #expect(checker.faults == [], "\(command)")
            met[command, default: []].formUnion(checker.keys)
        }
        // Errors are the same in every document, and hosts are not kept.
        let common = met.values.reduce(Set()) { $0.union($1) }
        // What a station tells of a slot, job, unit, batch or recipe is one value, whichever command asks.
        let values = Set(met.filter { Self.asksStation($0.key) }.values.joined().compactMap(Self.valueKey))
        // What is plugged into this machine is not known: StationTests have a document of it.
        for (command, schema) in rules where command != "station probes" {
            let missing = SchemaChecker.keys(of: schema).subtracting(met[command] ?? []).filter { key in
                if Self.asksStation(command), let value = Self.valueKey(key) {
                    return !values.contains(value) && !Self.unseenOfStations.contains(value)
                }
                return !key.hasPrefix("host") && !(key.hasPrefix("error") && common.contains(key))
            }
            // What it tells of probe, target and flash are the values that `info` tells.
            let ofInfo = command == "doctor" ? met["info"] ?? [] : []
            let unknown = missing.subtracting(ofInfo).sorted().filter {
                !Self.unseen.contains("\(command) \($0)")
            }
            #expect(unknown == [], "\(command)")
        }
    }

    private static func asksStation(_ command: String) -> Bool {
        command != "station check" && command.contains(#/^(station|job|unit|batch|recipe|image|records)\ /#)
    }

    /// `job.state` of `result.jobs[].job.state`; nil outside of such values.
    private static func valueKey(_ key: String) -> String? {
        let path = key.replacing("jobs[].", with: "").replacing("units[].", with: "record.")
            .replacing("station.slots[]", with: "slots[]")
        return path.contains(#/(slots|job|record|batches|recipes|images)(\[\])?(\.|$)/#) ? path : nil
    }

    /// A unit would have to be in work meanwhile.
    private static let unseenOfStations: Set<String> = [
        "result.slots[].phase", "result.slots[].done", "result.slots[].total", "result.slots[].rate",
        "result.slots[].secondsLeft",
    ]

    /// Keys that no golden document has, and why.
    private static let unseen: Set<String> = [
        // A simulation would have to run meanwhile; SimulateCommandTests has one.
        "simulate control result", "simulate control result.answer",
        // The errors that keep a probe from being opened have nothing below them but what they pass on.
        // A job that is stopped in the middle has them: InterruptTests and CancellationTests.
        "program flash.erased[].bytes", "program flash.erased[].start", "program flash.lost[].bytes",
        "program flash.lost[].start", "program flash.verified[].bytes", "program flash.verified[].start",
        "erase flash.erased[].bytes", "erase flash.erased[].start", "erase flash.lost[].bytes",
        "erase flash.lost[].start", "erase flash.verified[].bytes", "erase flash.verified[].start",
        "erase flash.programmed[].bytes", "erase flash.programmed[].start", "erase flash.unknown[].bytes",
        "erase flash.unknown[].start",
        // Only a start can be refused.
        "job list result.refused", "job show result.refused", "job watch result.refused",
        "job cancel result.refused",
        // What was revoked has no role and no token any more.
        "station token revoke result.role", "station token revoke result.token",
        // Not before 2119.
        "station check result.certificate.warning",
        "probes result.probes[].problem.causes[].code", "probes result.probes[].problem.causes[].summary",
    ]

    @Test(.disabled(if: GoldenFile.updates, "the documents are being written"))
    func `every class of failure occurs in a document of the tests`() throws {
        let met = Set(try Self.goldenDocuments().compactMap { $0["exitCode"] as? Int32 })
        // What no simulated bench can do to a command: crash it, hold a probe, be forbidden, interrupt, stop reading.
        // That the target fails while it is held takes faults of the wire that the sweeps of ScenarioTests go through.
        let elsewhere: Set<FailureClass> = [
            .unexpected, .probeUnavailable, .machineUnsuitable, .cancelled, .outputClosed, .targetFailed,
        ]
        let missing = FailureClass.allCases.filter { !met.contains($0.rawValue) && !elsewhere.contains($0) }
        #expect(missing.map(\.name) == [])
    }

    @Test func `no golden file is left over`() throws {
        let cases =
            (GoldenCase.commands + GoldenCase.failures).map(\.name) + [
                "station-first-unit", "station-failures", "station-check", "station-reload",
                "station-reloaded", "station-program", "station-serials", "station-central",
                "station-central-there", "station-central-conflict",
            ]
        #expect(Set(cases).count == cases.count)
        let files = try FileManager.default.contentsOfDirectory(atPath: GoldenFile.folder.path)
        let wanted = cases.flatMap { ["\($0).txt", "\($0).json"] } + ["schema"]
        #expect(Set(files).subtracting(wanted).sorted() == [])
    }

    private static func goldenDocuments() throws -> [[String: Any]] {
        let files = try FileManager.default.contentsOfDirectory(
            at: GoldenFile.folder, includingPropertiesForKeys: nil)
        return try files.filter { $0.pathExtension == "json" }.flatMap { file in
            // Documents of one case stand one behind the other, each from a `{` to a `}` at the start of a line.
            try String(contentsOf: file, encoding: .utf8).split(separator: "\n}\n").compactMap { text in
                try JSONSerialization.jsonObject(with: Data((text + "\n}").utf8)) as? [String: Any]
            }
        }
    }

    // The checker itself must be able to find something.

    @Test(arguments: [
        (
            "missing key",
            #"{"schema": "extflash/2", "command": "reset", "ok": true, "result": {"isHalted": true}}"#
        ),
        ("another version", Self.document.replacing("extflash/2", with: "extflash/1")),
        ("another command", Self.document.replacing(#""reset""#, with: #""fly""#)),
        ("a number that is a text", Self.document.replacing("0,", with: #""0","#)),
        ("a flag that is a number", Self.document.replacing("true}", with: "1}")),
        ("a key nobody described", Self.document.replacing(#""ok""#, with: #""extra": 1, "ok""#)),
        ("no result", Self.document.replacing(#""result""#, with: #""host""#)),
        ("a failure without an error", Self.document.replacing(#""ok": true"#, with: #""ok": false"#)),
        (
            "not an address",
            Self.document.replacing(#""isHalted""#, with: #""programCounter": "12", "isHalted""#)
        ),
        ("no JSON", "ok"),
    ]) func `finds what does not fit`(fault: String, document: String) {
        #expect(DocumentCheck.faults(of: Self.document) == [])
        #expect(DocumentCheck.faults(of: document) != [], "\(fault)")
    }

    private static let document =
        #"{"schema": "extflash/2", "command": "reset", "exitCode": 0, "ok": true, "result": {"isHalted": true}}"#

    @Test func `does not overlook a keyword that it does not know`() {
        #expect(SchemaChecker.check("a", against: ["type": "string", "format": "date"]).faults.count == 1)
    }
}
