// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Workbench

struct Reset: BenchCommand {
    static let documentName = "reset"
    static let configuration = CommandConfiguration(
        abstract: "Reset the target and let it run, or halt it at its first instruction.")

    @Flag(help: "Halt both cores before their first instruction.")
    var halt = false
    @OptionGroup var bench: BenchOptions

    func request() -> BenchRequest { bench.request() }

    func perform(_ client: WorkbenchClient) async throws(WorkbenchError) -> ResetReport {
        try await client.reset(halt: halt)
    }

    func render(_ report: ResetReport, on console: Console) {
        console.result(
            report.isHalted ? "Reset; halted at \(report.programCounter ?? "?")." : "Reset; running.")
    }
}
