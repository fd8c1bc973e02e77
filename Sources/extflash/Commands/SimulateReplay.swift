// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import BenchServer
import Essentials
import Workbench

/// Does to fresh simulated probes what programs did while they were recorded.
struct SimulateReplay: ReportCommand {
    static let documentName = "simulate replay"
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Play what --record wrote against fresh simulated probes, and compare every answer.",
        discussion: """
            Needs neither the program nor a private bus. The first answer that is not as it was is told with file and \
            line, and ends with exit code \(FailureClass.probeFailed.rawValue). Moments are not compared; what a state \
            directory held is not in a record.
            """)

    @Argument(help: "Files that `extflash simulate --record` wrote.", completion: .file(extensions: ["txt"]))
    var file: [String]

    @OptionGroup var output: ReportOptions

    var console: Console { output.console }

    func run() throws {
        let start = MonotonicTime()
        var report = ReplayReport()
        do throws(BenchServerError) {
            let files = ConfigurationLibrary(RunContext.current.paths).descriptionFiles
            for path in file { report.add(try TranscriptPlayer.play(path, files: files), of: path) }
        } catch {
            return try conclude(report, failure: error, since: start)
        }
        try conclude(report, failure: nil, since: start)
    }

    func render(_ report: ReplayReport, on console: Console) {
        for record in report.records {
            let transfers = Format.count(record.transfers, "transfer")
            console.result("\(record.file): \(transfers) on \(record.selector), as recorded")
        }
    }
}

/// The records that were played to their end; the first one that differs is the failure.
struct ReplayReport: JobReport {
    struct Record: Encodable, Sendable {
        let file: String
        let selector: String
        let transfers: Int
    }
    private(set) var records: [Record] = []

    mutating func add(_ summary: TranscriptPlayer.Summary, of path: String) {
        records.append(Record(file: path, selector: summary.selector, transfers: summary.transfers))
    }

    static let schema = Schema.object([
        .key(
            "records",
            .list(
                of: .object([
                    .key("file", .text(), "The file that was played."),
                    .key("selector", .text(), "The simulated probe, as after `sim:`."),
                    .key("transfers", .count, "The transfers that were made."),
                ])), "The records that were played and answered as recorded.")
    ])
}
