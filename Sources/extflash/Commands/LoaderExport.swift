// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Essentials
import FlashLoader
import Workbench

struct LoaderExport: ReportCommand, AsyncParsableCommand {
    static let documentName = "loader export"
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a loader for a board, made from its file and its flash's. No probe is needed.",
        discussion: """
            The name decides whose interface it has: .stldr for ST's tools, .FLM for those that take CMSIS flash algorithms; \
            --format overrides it. The loader runs the part at 64 MHz from its own oscillator and the flash at up to \
            32 MHz, needs no interrupts, and looks at everything it has programmed or erased. Programs that know loaders by \
            their names find the file's in it. `extflash program` makes the same loader by itself for a board without one.
            """)

    @Argument(help: "The board, by name or file.", completion: .boards)
    var board: String
    @Option(name: .shortAndLong, help: "The file to write; - is standard output.", completion: .file())
    var output: String
    @Option(help: "st or cmsis.")
    var format: LoaderFormat?
    @Option(
        help: "The flash part that is fitted (default: what the board's file names).",
        completion: .names(.flash))
    var flash: String?
    @OptionGroup var report: ReportOptions

    /// What goes to standard output is the file, not the report.
    var console: Console {
        var console = report.console
        console.resultsAreNotes = exportRequest.fillsStandardOutput
        return console
    }

    private var exportRequest: ExportRequest { ExportRequest(path: output, format: format, flash: flash) }

    func run() async throws {
        let start = MonotonicTime()
        var request = BenchRequest(probe: .only, paths: RunContext.current.paths)
        request.board = board
        let client = WorkbenchClient(request: request, observer: .none, cancellation: Cancellation())
        let report: LoaderExportReport
        do throws(WorkbenchError) { report = try await client.exportLoader(exportRequest) } catch {
            return try conclude(nil, failure: error, since: start)
        }
        try conclude(report, failure: nil, since: start)
    }

    func render(_ report: LoaderExportReport, on console: Console) {
        console.result("Flash, as \(report.storage.record) describes it", report.storage.table)
        let fitted = report.chips > 1 ? "two \(report.flash) as one memory" : report.flash
        console.result(
            "\(report.file == "-" ? "standard output" : report.file) is a loader for \(report.board), \(fitted)"
        )
    }
}

extension LoaderFormat: ExpressibleByArgument {}
