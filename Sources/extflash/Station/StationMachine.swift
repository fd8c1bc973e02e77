// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import StationClient
import Workbench

extension StationGroup {
    struct Probes: StationCommand {
        static let documentName = "station probes"
        static let configuration = CommandConfiguration(
            abstract: "List every probe of the station's machine, and the slot it belongs to. For engineers.")
        @OptionGroup var station: StationOptions
        @OptionGroup var output: ReportOptions

        func perform(_ station: StationConnection) async throws(StationClientError) -> StationProbesReport {
            StationProbesReport(probes: try await station.ask(.init(.get, ["probes"])))
        }

        func render(_ report: StationProbesReport, on console: Console) {
            guard !report.probes.isEmpty else { return console.result("No probe is plugged in.") }
            var columns = Columns("PATH", "KIND", "PRODUCT", "SERIAL", "SLOT", "UNUSABLE BECAUSE")
            for entry in report.probes {
                let probe = entry.probe
                columns.add(
                    probe.path, probe.kind, probe.product, probe.serial, entry.slot, probe.obstacle)
            }
            console.result(columns)
        }
    }

    struct Reload: StationCommand {
        static let documentName = "station reload"
        static let configuration = CommandConfiguration(
            abstract: "Have the station read its file and its certificate again, as SIGHUP does.",
            discussion: "Waits until slots that change have ended their unit in work.")
        @OptionGroup var station: StationOptions
        @OptionGroup var output: ReportOptions

        func perform(_ station: StationConnection) async throws(StationClientError) -> StationReloadReport {
            StationReloadReport(slots: try await station.ask(.init(.post, ["station", "reload"])))
        }

        func render(_ report: StationReloadReport, on console: Console) {
            let lists = [
                ("unchanged", report.slots.unchanged), ("changed", report.slots.changed),
                ("added", report.slots.added), ("removed", report.slots.removed),
            ]
            for (word, slots) in lists where !slots.isEmpty {
                console.result("\(word): \(slots.joined(separator: ", "))")
            }
        }
    }

    struct Simulate: StationCommand {
        enum Place: String, ExpressibleByArgument, CaseIterable {
            case inside = "in"
            case outside = "out"
        }

        static let documentName = "station simulate"
        static let configuration = CommandConfiguration(
            abstract:
                "Take board or probe out of a simulated slot, put them in, or break its boards. For engineers."
        )
        @Argument(help: "The slot.") var slot: String
        @Option(help: "Where its board is: in or out.") var board: Place?
        @Option(help: "Whether its probe is plugged in: in or out.") var probe: Place?
        @Option(
            help: ArgumentHelp(
                "What the boards of the next units have, as behind the probe in `sim:`: fault=bad-cell; empty: nothing.",
                valueName: "trait,…"))
        var traits: String?
        @OptionGroup var station: StationOptions
        @OptionGroup var output: ReportOptions

        private struct Body: Encodable {
            let board: Bool?
            let probe: Bool?
            let traits: String?
        }

        func validate() throws {
            guard board != nil || probe != nil || traits != nil else {
                throw ValidationError("Say what changes: --board, --probe or --traits.")
            }
        }

        func perform(_ station: StationConnection) async throws(StationClientError) -> SlotsReport {
            let body = Body(
                board: board.map { $0 == .inside }, probe: probe.map { $0 == .inside }, traits: traits)
            return SlotsReport(
                slots: try await station.ask(
                    .init(.put, ["slots", slot, "simulation"], body: try StationConnection.json(body))))
        }

        func render(_ report: SlotsReport, on console: Console) { console.result(report.slots.columns) }
    }
}

struct StationProbesReport: JobReport {
    let probes: [StationProbe]
    static let schema = Schema.object([
        .key(
            "probes",
            .list(
                of: .object([
                    .key(
                        "probe",
                        .object([
                            .key("path", .text(), "Where it is plugged in."),
                            .key("kind", .text(), "The kind."),
                            .key("product", .text(), "What it calls itself."),
                            .optional("serial", .text(), "Its serial number."),
                            .optional("obstacle", .text(), "What keeps it from being used."),
                        ]), "The probe."),
                    .optional("slot", .text(), "The slot; absent where it belongs to none."),
                ])), "The probes, in bus order.")
    ])
}

/// What a new station file has changed.
struct StationReloadReport: JobReport {
    let slots: StationReload
    static let schema = Schema.object([
        .key(
            "slots",
            .object([
                .key("unchanged", .list(of: .text()), "Slots that go on undisturbed."),
                .key("changed", .list(of: .text()), "Slots with another entry."),
                .key("added", .list(of: .text()), "New slots."),
                .key("removed", .list(of: .text()), "Slots that are gone."),
            ]), "The slots, by name.")
    ])
}
