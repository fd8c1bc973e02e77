// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Essentials
import TargetControl
import Workbench

struct Doctor: BenchCommand {
    static let documentName = "doctor"
    static let configuration = CommandConfiguration(
        abstract:
            "Walk from the probe's cable to the flash and tell the first thing that is wrong, with its remedy.",
        discussion: """
            The steps: cable, permission, firmware, supply, SWD at several speeds, debug port, access ports, part, cores \
            and what ran, RAM, pins and clocks against the board's file, the flash's identity, its parameters and state, \
            its data lines one by one, reading. A step that cannot be judged says so. The exit code is that of the class \
            of what is wrong.

            No loader is used: the debugger itself drives the QUADSPI. Nothing in the flash is changed. The cores are \
            halted meanwhile; clocks, pins and RAM are put back, and what ran goes on. With --connect under-reset it \
            starts anew.
            """)

    @Option(help: "The board, by name or file (default: the only one with a loader).", completion: .boards)
    var board: String?
    @Option(
        help: ArgumentHelp(
            "Also write a page of HTML that can be attached to a question.", valueName: "file"),
        completion: .file(extensions: ["html"]))
    var report: String?
    @OptionGroup var bench: BenchOptions

    func validate() throws {
        guard bench.connect != .hot else {
            throw ValidationError("doctor halts the cores: use --connect normal or under-reset")
        }
        guard report != "-" else { throw ValidationError("--report takes the name of a file") }
    }

    func request() -> BenchRequest {
        var request = bench.request()
        request.board = board
        return request
    }

    func perform(_ client: WorkbenchClient) async throws(WorkbenchError) -> DoctorReport {
        try await client.doctor(page: report)
    }

    func render(_ report: DoctorReport, on console: Console) {
        let width = report.steps.map(\.outcome.word.count).max() ?? 0
        for step in report.steps {
            console.result("\(step.outcome.word.padded(to: width))  \(step.title)")
            // What is wrong is told as any error is.
            guard step.outcome != .wrong else { continue }
            for finding in step.findings {
                console.result("\(String(repeating: " ", count: width + 4))\(finding)")
            }
            for remedy in step.remedies {
                console.result("\(String(repeating: " ", count: width + 4))try: \(remedy)")
            }
        }
        if let page = report.page { console.result("The page is in \(page).") }
    }
}
