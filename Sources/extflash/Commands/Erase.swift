// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Workbench

struct Erase: BenchCommand {
    static let documentName = "erase"
    static let configuration = CommandConfiguration(
        abstract: "Erase a range, or all of the external flash.",
        discussion: """
            A range must begin and end on sector boundaries; --widen takes in the whole of the sectors it touches. \
            What was erased is read back before it is called erased.

            \(LoaderOptions.note)
            """)

    @Flag(help: "Erase the whole flash.")
    var all = false
    @Option(help: "ADDRESS+LENGTH or ADDRESS..END, e.g. 0x90000000+64K; may be given several times.")
    var range: [String] = []
    @Flag(help: "Widen ranges to whole sectors.")
    var widen = false
    @OptionGroup var loader: LoaderOptions
    @OptionGroup var bench: BenchOptions

    func validate() throws {
        guard all != !range.isEmpty else { throw ValidationError("give either --all or --range") }
    }

    func request() -> BenchRequest { bench.request(loader) }

    func perform(_ client: WorkbenchClient) async throws(WorkbenchError) -> EraseReport {
        try await client.erase(all ? .all : .ranges(range, widen: widen))
    }

    func render(_ report: EraseReport, on console: Console) {
        console.result(report.timing)
        console.result(warnings: report.warnings)
        console.result("Erased, and blank when \(report.verification.deed): \(report.ranges.text).")
    }
}
