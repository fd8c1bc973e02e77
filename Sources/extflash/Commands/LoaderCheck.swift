// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Essentials
import FlashLoader
import Workbench

struct LoaderCheck: LoaderFileCommand {
    static let documentName = "loader check"
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Say what will go wrong with a loader, before hardware is touched.",
        discussion: """
            Looks at the machine code and symbols of a loader (.stldr or .FLM). Each finding has a code, the place that \
            shows it and a remedy, and is one of three kinds: failure, for one that keeps the loader from working; vendor, \
            for one that does so in ST's tool; risk, for one that shows once board or flash are not as they should be. Then \
            it is run on a simulated board (--board, else one that is inferred as `loader infer` does), in both layouts, cold \
            and after an application that left the flash mapped: Init, read, erase, write, Verify, mass erase, each held against the \
            cells. The exit code tells of failures, with --layout vendor of both first kinds.
            """)

    @OptionGroup var loader: LoaderFileOptions
    @Option(help: "The board that it is for, by name or file.", completion: .boards)
    var board: String?
    @Option(help: "The layout that counts: spacious or vendor.")
    var layout: LoaderLayout.Style = .spacious
    @Flag(inversion: .prefixedNo, help: "Run it on a simulated board as well.")
    var trial = true
    @Flag(help: "One line: whether it was read, what was found, how the trial ended, the verdict.")
    var brief = false
    @OptionGroup var output: ReportOptions

    func report() async throws(WorkbenchError) -> LoaderCheckReport {
        try await loader.client(board: board, layout: layout).checkLoader(loader.file, tries: trial)
    }

    func render(_ report: LoaderCheckReport, on console: Console) {
        if brief { return console.result(report.line) }
        for finding in report.findings {
            console.result("\(finding.severity): \(finding.text) [\(finding.code)]")
            if let place = finding.place { console.result("  at \(place)") }
            console.result("  remedy: \(finding.remedy)")
        }
        if let inferred = report.inferredBoard { console.result(inferred) }
        if let trial = report.trial { render(trial, on: console) }
        let target = report.board.map { "board \($0), target \(report.target)" } ?? "target \(report.target)"
        let verdict =
            switch report.verdict {
            case .sound: "sound"
            case .works: "works in the \(report.layout) layout"
            case .fails: "will not work in the \(report.layout) layout"
            }
        console.result("\(report.file) for \(target): \(verdict)")
    }

    private func render(_ trial: TrialReport, on console: Console) {
        for run in trial.runs {
            let before =
                run.before == "none" ? "cold" : "after an application that left the flash \(run.before)"
            console.result("Trial on \(trial.board), \(run.layout) layout, \(before)")
            var table = Table()
            for step in run.steps { table.add(step.name, step.line) }
            table.add("stack", run.stackUsed.map { "\($0) bytes in use at most" })
            table.add("pins", run.pins.isEmpty ? nil : run.pins.joined(separator: ", "))
            table.add("bank", run.bank)
            for (index, command) in run.commands.enumerated() {
                table.add(index == 0 ? "commands" : "", "\(command.text), \(command.count) times")
            }
            for range in run.foreignMemory { table.add("foreign memory", range.text) }
            for line in table.lines { console.result("  " + line) }
            for remedy in run.failure?.remedies ?? [] { console.result("  remedy: \(remedy)") }
        }
    }
}

extension TrialReport.Step {
    fileprivate var line: String {
        switch outcome {
        case .passed: "passed"
        case .skipped: "left out: \(text ?? "")"
        case .failed: "failed: \(text ?? "") [\(code ?? "")]"
        }
    }
}

extension LoaderCheckReport {
    /// For lists of many loaders.
    fileprivate var line: String {
        let found =
            findings.isEmpty
            ? "lint clean" : "lint " + Set(findings.map(\.code)).sorted().joined(separator: " ")
        var parts = ["\(file): read", found]
        if let trial {
            let failures = trial.runs.compactMap { run in
                run.failure.map { "\(run.layout) \($0.name) [\($0.code ?? "")]" }
            }
            parts.append(
                failures.isEmpty
                    ? "trial on \(trial.board) passed"
                    : "trial on \(trial.board) failed: \(failures.joined(separator: ", "))")
        }
        return (parts + [verdict.rawValue]).joined(separator: "; ")
    }
}
