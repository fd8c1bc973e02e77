// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Foundation
import ProductionJobs
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

private struct Wrong: Diagnosable {
    let code = "UNT-005"
    let failureClass: FailureClass? = .refused
    let summary = "the flash answers \"c22018\" & not <ef4018>"
    let remedies = ["look whether the right board is in the slot"]
    var description: String { summary }
}

/// A unit of each verdict, and one in work.
private func units() -> [UnitRecord] {
    (Verdict.allCases.map(Optional.some) + [nil]).enumerated().map { number, verdict in
        var opening = UnitOpening(
            unit: "line-\(number)", station: "line", slot: "A\(number % 2 + 1)",
            probe: UnitOpening.ProbeIdentity(kind: "STLINK-V3", path: "3-1"),
            recipe: UnitOpening.RecipeIdentity(name: "product", hash: ContentHash(of: [1])), images: [],
            startedAt: "2026-01-01T0\(number):00:00.000Z", attempt: 1)
        (opening.batch, opening.workOrder) = ("b", "W7")
        opening.fields = ["serial": "=S\(number),\"x\""]
        guard let verdict else { return UnitRecord(opening: opening, closing: nil, sequence: 11) }
        var closing = UnitClosing(
            unit: opening.unit, verdict: verdict, endedAt: "2026-01-01T0\(number):00:04.000Z")
        closing.seconds = 1.5 + Double(number)
        closing.millivolts = 3300
        closing.phases = [UnitClosing.Phase(name: "program", seconds: 0.5, bytes: 8192)]
        if verdict != .good { closing.error = UnitClosing.Failure(ErrorReport(Wrong())) }
        return UnitRecord(opening: opening, closing: closing, sequence: Int64(2 * number + 1))
    }
}

private func text(_ format: ExportFormat) -> String {
    var counts = ["running": 1]
    for verdict in Verdict.allCases { counts[verdict.rawValue] = 1 }
    var export = format.export(title: "Batch b & c", counts: counts)
    let units = units()
    var text = export.begin()
    for unit in units { text += export.unit(unit) }
    return text + export.end()
}

/// What the schemas for JUnit files (junit-10.xsd and its kin) allow: elements with their attributes, the needed ones first.
private final class JUnitRules: NSObject, XMLParserDelegate {
    private static let rules: [String: (needed: [String], allowed: [String], in: String?)] = [
        "testsuites": ([], ["name", "tests", "failures", "errors", "time"], nil),
        "testsuite": (
            ["name", "tests", "failures", "errors"], ["skipped", "time", "timestamp", "hostname"],
            "testsuites"
        ),
        "testcase": (["name", "classname"], ["time"], "testsuite"),
        "failure": ([], ["message", "type"], "testcase"), "error": ([], ["message", "type"], "testcase"),
        "skipped": ([], ["message", "type"], "testcase"), "system-out": ([], [], "testcase"),
    ]
    private(set) var mistakes: [String] = []
    private(set) var counts: [String: Int] = [:]
    private(set) var suite: [String: String] = [:]
    private var path: [String] = []

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        guard let rule = Self.rules[name] else { return mistakes.append("there is no element \(name)") }
        if rule.in != path.last { mistakes.append("\(name) stands in \(path.last ?? "nothing")") }
        for key in rule.needed where attributes[key] == nil { mistakes.append("\(name) has no \(key)") }
        for key in attributes.keys where !rule.needed.contains(key) && !rule.allowed.contains(key) {
            mistakes.append("\(name) has \(key)")
        }
        if name == "testsuite" { suite = attributes }
        counts[name, default: 0] += 1
        path.append(name)
    }
    func parser(
        _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
    ) { path.removeLast() }
}

@Suite struct `Exported records` {
    @Test func `are JUnit files by the rules of their readers`() throws {
        let parser = XMLParser(data: Data(text(.junit).utf8))
        let rules = JUnitRules()
        parser.delegate = rules
        #expect(parser.parse())
        #expect(rules.mistakes == [])
        #expect(rules.counts["testcase"] == 6)
        #expect(rules.suite["tests"] == "6" && rules.suite["failures"] == "1")
        #expect(rules.suite["errors"] == "\(rules.counts["error"] ?? 0)")
        #expect(rules.suite["skipped"] == "\(rules.counts["skipped"] ?? 0)")
        #expect(rules.suite["name"] == "Batch b & c")
    }

    /// The keys that OpenHTF's own output has (TestRecord and PhaseRecord, as_base_types), and its words for outcomes.
    @Test func `are records as OpenHTF writes them`() throws {
        let lines = text(.openHTF).split(separator: "\n")
        #expect(lines.count == 6)
        let outcomes = ["PASS", "FAIL", "ABORTED", "ERROR", "FAIL", nil]
        for (line, outcome) in zip(lines, outcomes) {
            let record = try #require(
                try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            for key in [
                "dut_id", "station_id", "start_time_millis", "outcome_details", "metadata", "phases",
                "diagnoses", "log_records", "code_info",
            ] { #expect(record[key] != nil, "\(key)") }
            #expect(record["outcome"] as? String == outcome)
            for phase in try #require(record["phases"] as? [[String: Any]]) {
                for key in [
                    "name", "codeinfo", "descriptor_id", "measurements", "attachments", "outcome",
                    "start_time_millis", "end_time_millis", "diagnosis_results", "failure_diagnosis_results",
                ] { #expect(phase[key] != nil, "\(key)") }
                let measurements = try #require(phase["measurements"] as? [String: [String: Any]])
                for (name, measurement) in measurements {
                    #expect(measurement["name"] as? String == name)
                    #expect((measurement["units"] as? [String: Any])?["code"] != nil)
                    #expect(measurement["measured_value"] is NSNumber)
                }
            }
        }
    }

    @Test func `are tables whose cells are quoted, and no formulas`() throws {
        let lines = text(.csv).split(separator: "\r\n")
        #expect(lines.count == 7)
        let columns = lines[0].split(separator: ",")
        for name in ["board_revision", "loader_hash", "phases", "attempt", "retries", "causes", "remedies"] {
            #expect(columns.contains(Substring(name)))
        }
        #expect(lines[1].contains("\"'=S0,\"\"x\"\"\""))
    }

    @Test func `are one page that can be printed`() {
        let page = text(.html)
        #expect(page.contains("<h1>Batch b &amp; c</h1>"))
        #expect(page.contains("Yield 25.0 %"))
        #expect(page.contains("work order W7"))
        #expect(page.contains("2026-01-01T00:00:00.000Z to 2026-01-01T04:00:04.000Z"))
        #expect(page.contains("2026-01-01 03:00"))
        #expect(page.contains("<svg") && page.contains("A1: 1.50 s"))
        #expect(!page.contains("<script") && !page.contains("src=") && !page.contains("http://"))
    }

    @Test func `have everything in JSON, a line each`() throws {
        let lines = text(.jsonLines).split(separator: "\n")
        let first = try #require(
            try JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: Any])
        #expect((first["closed"] as? [String: Any])?["seconds"] as? Double == 1.5)
        #expect((first["opened"] as? [String: Any])?["workOrder"] as? String == "W7")
        #expect(lines.count == 6)
    }
}
