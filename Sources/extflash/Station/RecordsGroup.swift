// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Essentials
import StationClient
import Workbench

/// Where exported records go.
struct ExportFileOptions: ParsableArguments {
    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: "The file to write; - is standard output.", completion: .file())
    var path = "-"
}

/// A command whose result is a file with records.
protocol ExportCommand: StationCommand where Report == ExportReport {
    var file: ExportFileOptions { get }
    var format: String { get }
    var batch: String? { get }
}

extension ExportCommand {
    /// What goes to standard output is the file, not the report.
    var console: Console {
        var console = output.console
        console.resultsAreNotes = file.path == "-"
        return console
    }

    func perform(_ station: StationConnection) async throws(StationClientError) -> ExportReport {
        let pieces = try await station.open(
            .init(.get, ["records", "export"], query: [("format", format), ("batch", batch)]))
        let bytes = try await StationFiles.save(pieces, to: file.path) { console.data($0) }
        return ExportReport(format: format, bytes: bytes, file: file.path)
    }

    func render(_ report: ExportReport, on console: Console) {
        if report.file != "-" { console.result("\(report.file): \(report.bytes) bytes of \(report.format)") }
    }
}

struct RecordsGroup: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "records", abstract: "Check, search and export the records of a station.",
        subcommands: [
            Verify.self, UnitList<RecordWords>.self, UnitShow<RecordWords>.self, Export.self,
        ])

    struct Verify: StationCommand {
        static let documentName = RecordsVerificationReport.command
        static let configuration = CommandConfiguration(
            abstract: "Check that no record was edited, removed or moved since it was written.",
            discussion: """
                A station that runs is asked; with --state extflashd looks into the folder of one that does not run, \
                or a copy of it, and changes nothing there.
                """)
        @Option(
            help: "The folder with what a stopped station keeps, such as /var/lib/extflash.",
            completion: .directory)
        var state: String?
        @Option(
            help: ArgumentHelp(
                "With --state: the station's public key as noted before (default: the key in the folder).",
                valueName: "base64"))
        var publicKey: String?
        @OptionGroup var station: StationOptions
        @OptionGroup var output: ReportOptions

        func validate() throws {
            guard state != nil || publicKey == nil else {
                throw ValidationError("--public-key goes with --state")
            }
            guard state == nil || (station.station == nil && station.tokenFile == nil) else {
                throw ValidationError("give either --state or --station")
            }
        }

        mutating func run() async throws {
            guard let state else { return try await ask() }
            let start = MonotonicTime()
            let key = publicKey.map { ["--public-key", $0] } ?? []
            do throws(DaemonProgramError) {
                try DaemonProgram.run(
                    ["records", "verify", "--state", state] + key + (output.json ? ["--json"] : []))
            } catch { try conclude(nil, failure: error, since: start) }
        }

        func perform(
            _ station: StationConnection
        ) async throws(StationClientError) -> RecordsVerificationReport {
            RecordsVerificationReport(
                verification: try await station.ask(.init(.get, ["records", "verify"])))
        }

        func render(_ report: RecordsVerificationReport, on console: Console) {
            for line in report.lines { console.result(line) }
        }
    }

    struct Export: ExportCommand {
        static let documentName = "records export"
        static let configuration = CommandConfiguration(
            abstract: "Write records to a file for other programs.")
        @Option(help: "csv, jsonl, junit, openhtf or html.") var format = "jsonl"
        @Option(help: "Only of this batch.") var batch: String?
        @OptionGroup var file: ExportFileOptions
        @OptionGroup var station: StationOptions
        @OptionGroup var output: ReportOptions
    }
}
