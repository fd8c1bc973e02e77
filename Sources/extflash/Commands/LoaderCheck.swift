// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Essentials
import FlashLoader
import Workbench

struct LoaderCheck: ReportCommand, AsyncParsableCommand {
    static let documentName = "loader check"
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Say what will go wrong with a loader, before hardware is touched.",
        discussion: """
            Looks at the machine code and symbols of a loader (.stldr or .FLM). Each finding has a code, the place that \
            shows it and a remedy, and is one of three kinds: failure, for one that keeps the loader from working; vendor, \
            for one that does so in ST's tool; risk, for one that shows once board or flash are not as they should be. The \
            exit code tells of failures, with --layout vendor of both first kinds.
            """)

    @Argument(help: "The loader file.", completion: .file(extensions: ["stldr", "FLM"]))
    var file: String
    @Option(help: "The board that it is for, by name or file.")
    var board: String?
    @Option(help: "The target that it is for, by name or file.")
    var target: String?
    @Option(help: "The layout that counts: spacious or vendor.")
    var layout: LoaderLayout.Style = .spacious
    @OptionGroup var output: ReportOptions

    var console: Console { output.console }

    func run() async throws {
        let start = MonotonicTime()
        var request = BenchRequest(probe: .only, paths: RunContext.current.paths)
        (request.board, request.target, request.layout) = (board, target, layout)
        let client = WorkbenchClient(request: request, observer: .none, cancellation: Cancellation())
        let report: LoaderCheckReport
        do throws(WorkbenchError) { report = try await client.checkLoader(file) } catch {
            return try conclude(nil, failure: error, since: start)
        }
        try conclude(report, failure: report.failure, since: start)
    }

    func render(_ report: LoaderCheckReport, on console: Console) {
        for finding in report.findings {
            console.result("\(finding.severity): \(finding.text) [\(finding.code)]")
            if let place = finding.place { console.result("  at \(place)") }
            console.result("  remedy: \(finding.remedy)")
        }
        let target = report.board.map { "board \($0), target \(report.target)" } ?? "target \(report.target)"
        let verdict =
            switch report.verdict {
            case .sound: "nothing found"
            case .works: "works in the \(report.layout) layout, as far as its file says"
            case .fails: "will not work in the \(report.layout) layout"
            }
        console.result("\(report.file) for \(target): \(verdict)")
    }
}
