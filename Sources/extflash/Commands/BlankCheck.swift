// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Workbench

struct BlankCheck: BenchCommand {
    static let documentName = "blank-check"
    static let configuration = CommandConfiguration(
        commandName: "blank-check", abstract: "Check that a range, or all of the external flash, is erased.",
        discussion: LoaderOptions.note)

    @Option(help: "ADDRESS+LENGTH or ADDRESS..END (default: the whole flash).")
    var range: String?
    @OptionGroup var loader: LoaderOptions
    @OptionGroup var bench: BenchOptions

    func request() -> BenchRequest { bench.request(loader) }

    func perform(_ client: WorkbenchClient) async throws(WorkbenchError) -> BlankCheckReport {
        try await client.blankCheck(range)
    }

    func render(_ report: BlankCheckReport, on console: Console) {
        console.result(report.timing)
        console.result("Blank: \(report.ranges.text).")
    }
}
