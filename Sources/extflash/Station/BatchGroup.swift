// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import ProductionJobs
import StationClient
import Workbench

struct BatchGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "batch", abstract: "Open, close and report batches of a station.",
        subcommands: [Open.self, Close.self, StationList<BatchesReport>.self, Show.self, Report.self])

    struct Open: StationCommand {
        static let documentName = "batch open"
        static let configuration = CommandConfiguration(abstract: "Open a batch of an approved recipe.")
        @Argument(help: "Its name.") var name: String
        @Option(help: "The recipe, by name.") var recipe: String
        @Option(help: "The work order.") var workOrder: String?
        @Option(help: "Good units at most.") var limit: Int?
        @OptionGroup var station: StationOptions
        @OptionGroup var output: ReportOptions

        private struct Body: Encodable {
            let name: String
            let recipe: String
            let workOrder: String?
            let limit: Int?
        }

        func perform(_ station: StationConnection) async throws(StationClientError) -> BatchesReport {
            let body = Body(name: name, recipe: recipe, workOrder: workOrder, limit: limit)
            return BatchesReport(
                batches: [
                    try await station.ask(.init(.post, ["batches"], body: try StationConnection.json(body)))
                ])
        }

        func render(_ report: BatchesReport, on console: Console) { console.result(report.columns) }
    }

    struct Close: StationCommand {
        static let documentName = "batch close"
        static let configuration = CommandConfiguration(abstract: "Close a batch: it takes no unit any more.")
        @Argument(help: "Its name.") var name: String
        @OptionGroup var station: StationOptions
        @OptionGroup var output: ReportOptions

        func perform(_ station: StationConnection) async throws(StationClientError) -> BatchesReport {
            BatchesReport(batches: [try await station.ask(.init(.post, ["batches", name, "close"]))])
        }

        func render(_ report: BatchesReport, on console: Console) { console.result(report.columns) }
    }

    struct Show: StationCommand {
        static let documentName = "batch show"
        static let configuration = CommandConfiguration(abstract: "Show a batch.")
        @Argument(help: "Its name.") var name: String
        @OptionGroup var station: StationOptions
        @OptionGroup var output: ReportOptions

        func perform(_ station: StationConnection) async throws(StationClientError) -> BatchesReport {
            BatchesReport(batches: [try await station.ask(.init(.get, ["batches", name]))])
        }

        func render(_ report: BatchesReport, on console: Console) { console.result(report.columns) }
    }

    struct Report: ExportCommand {
        static let documentName = "batch report"
        static let configuration = CommandConfiguration(
            abstract: "Write a batch's printable report (HTML): yield by slot and hour, and times.")
        @Argument(help: "Its name.") var name: String
        @OptionGroup var file: ExportFileOptions
        @OptionGroup var station: StationOptions
        @OptionGroup var output: ReportOptions
        var format: String { "html" }
        var batch: String? { name }
    }
}

extension BatchesReport: StationListing {
    static let group = "batch"
    static let abstract = "List batches, the newest first."
    static let path = "batches"

    init(_ batches: [StationBatch]) { self.batches = batches }

    var columns: Columns {
        var columns = Columns("BATCH", "RECIPE", "WORK ORDER", "LIMIT", "OPENED", "CLOSED")
        for batch in batches {
            columns.add(
                batch.name, String(batch.recipe.prefix(12)), batch.workOrder, batch.limit.map { "\($0)" },
                batch.opened, batch.closed)
        }
        return columns
    }
}
