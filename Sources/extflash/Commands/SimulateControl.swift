// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import BenchServer
import Essentials
import Workbench

/// Pulls plugs and breaks transfers of a simulation that runs.
struct SimulateControl: ReportCommand {
    static let documentName = "simulate control"
    static let configuration = CommandConfiguration(
        commandName: "control",
        abstract: "Tell a running simulation something: \(ControlCommand.grammar).",
        discussion:
            "Probes are counted from 1 in the order they were named; without N the first is meant.")

    @Option(help: "The simulation's socket (default: $EXTFLASH_SIMULATE_SOCKET).", completion: .file())
    var socket: String?
    @OptionGroup var output: ReportOptions

    @Argument(help: "What to do.")
    var action: [String]

    var console: Console { output.console }

    func run() throws {
        let start = MonotonicTime()
        let path = socket ?? RunContext.current.environment[ControlClient.variable] ?? ""
        let answer: [String]
        do throws(BenchServerError) {
            answer = try ControlClient.send(action.joined(separator: " "), to: path)
        } catch {
            return try conclude(nil, failure: error, since: start)
        }
        try conclude(ControlReport(answer: answer), failure: nil, since: start)
    }

    func render(_ report: ControlReport, on console: Console) {
        for line in report.answer { console.result(line) }
    }
}

/// What the simulation answered.
struct ControlReport: JobReport {
    let answer: [String]

    static let schema = Schema.object([
        .key("answer", .list(of: .text()), "The lines of the answer; none where there is nothing to tell.")
    ])
}
