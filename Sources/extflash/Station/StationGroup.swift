// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Essentials
import ProductionJobs
import StationClient
import Workbench

struct StationGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "station", abstract: "Ask a running station (extflashd) what its slots do.",
        subcommands: [
            Check.self, Status.self, Slots.self, Probes.self, Watch.self, Resume.self, Reload.self,
            Simulate.self, Pool.self, Token.self,
        ])

    struct Status: StationCommand {
        static let documentName = "station status"
        static let configuration = CommandConfiguration(
            abstract: "Show the station, its slots and its units.")
        @OptionGroup var station: StationOptions
        @OptionGroup var output: ReportOptions

        func perform(_ station: StationConnection) async throws(StationClientError) -> StationReport {
            StationReport(station: try await station.status())
        }

        func render(_ report: StationReport, on console: Console) {
            console.result("\(report.station.name): \(report.station.title)")
            let counts = report.station.units.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
            console.result("units: \(counts.isEmpty ? "none" : counts.joined(separator: ", "))")
            console.result(report.station.slots.columns)
            for line in report.station.central?.lines ?? [] { console.result(line) }
        }
    }

    struct Slots: StationCommand {
        static let documentName = "station slots"
        static let configuration = CommandConfiguration(abstract: "Show what each slot does.")
        @OptionGroup var station: StationOptions
        @OptionGroup var output: ReportOptions

        func perform(_ station: StationConnection) async throws(StationClientError) -> SlotsReport {
            SlotsReport(slots: try await station.ask(.init(.get, ["slots"])))
        }

        func render(_ report: SlotsReport, on console: Console) { console.result(report.slots.columns) }
    }

    struct Resume: StationCommand {
        static let documentName = "station resume"
        static let configuration = CommandConfiguration(
            abstract: "Let a slot take units again that was stopped after failures in a row.")
        @Argument(help: "The slot.") var slot: String
        @OptionGroup var station: StationOptions
        @OptionGroup var output: ReportOptions

        func perform(_ station: StationConnection) async throws(StationClientError) -> SlotsReport {
            SlotsReport(slots: try await station.ask(.init(.post, ["slots", slot, "resume"])))
        }

        func render(_ report: SlotsReport, on console: Console) { console.result(report.slots.columns) }
    }

    struct Watch: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tell what happens on the station, until Ctrl-C.",
            discussion: "With --json each event is a line of its own: {\"id\", \"kind\", \"data\"}.")
        @Option(help: "Begin behind the event of this number (default: now).") var after: Int64?
        @Option(help: "End after this many events.") var count: Int?
        @OptionGroup var station: StationOptions
        @OptionGroup var output: ReportOptions

        func run() async throws {
            do throws(StationClientError) { try await watch(output.console) } catch {
                let report = ErrorReport(error)
                output.console.failure(report)
                throw ExitCode(report.failureClass.rawValue)
            }
        }

        private func watch(_ console: Console) async throws(StationClientError) {
            let connection = try station.connection()
            var left = count ?? .max
            guard left > 0 else { return }
            // Also tells at once whether a station answers.
            let last = try await connection.status().lastEvent
            try await connection.events(after: after ?? last) { () throws(StationClientError) in
                .goesOn
            } _: { event throws(StationClientError) in
                if output.json { console.document(event.line) } else { console.result(try event.text()) }
                left -= 1
                return left > 0 ? .goesOn : .ends
            } pause: { () throws(StationClientError) in
                .goesOn
            }
        }
    }
}

extension StationEvent {
    fileprivate var line: String {
        "{\"id\":\(id.map { "\($0)" } ?? "null"),\"kind\":\"\(kind)\",\"data\":\(data)}"
    }

    fileprivate func text() throws(StationClientError) -> String {
        switch kind {
        case "slot":
            let slot = try body(SlotState.self)
            let unit = [
                slot.label ?? slot.unit, slot.verdict?.rawValue,
                slot.failure.map { "\($0.summary) [\($0.code)]" },
            ]
            return ([slot.name, slot.activity.rawValue] + unit.compactMap { $0 }).joined(separator: "  ")
        case "progress": return try body(UnitProgress.self).text
        default: return "\(kind)  \(data)"
        }
    }
}

extension UnitProgress {
    var text: String {
        let part = total > 0 ? min(100, max(0, done) * 100 / total) : 100
        var words = [name, phase, "\(part) %"]
        if let rate { words.append("\(Format.bytes(UInt64(max(0, min(rate, 1e15)))))/s") }
        return words.joined(separator: "  ")
    }
}

extension [SlotState] {
    var columns: Columns {
        var columns = Columns("SLOT", "STATE", "UNIT", "VERDICT", "QUEUED", "GOOD", "FAILED", "PROBE")
        for slot in self {
            columns.add(
                slot.name, slot.activity.rawValue, slot.label ?? slot.unit, slot.verdict?.rawValue,
                "\(slot.queued)", "\(slot.good)", "\(slot.failed)", slot.probe)
        }
        return columns
    }
}
