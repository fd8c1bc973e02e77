// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Essentials
import Workbench

struct Info: BenchCommand {
    static let documentName = "info"
    static let configuration = CommandConfiguration(
        abstract: "Show probe, part, cores, what runs, and the flash's identity.",
        discussion: """
            The flash is asked by the debugger itself after the board's pins and clocks were set up by the loader's \
            Init. For a board without a loader the debugger sets them up as the board's file says, and puts them back: \
            what runs there goes on afterwards. Nothing in the flash is erased or written.

            \(LoaderOptions.note) With --connect hot nothing is loaded, and the flash is not asked.
            """)

    @OptionGroup var loader: LoaderOptions
    @OptionGroup var bench: BenchOptions

    func request() -> BenchRequest { bench.request(loader) }

    func perform(_ client: WorkbenchClient) async throws(WorkbenchError) -> InfoReport {
        try await client.info()
    }

    func render(_ report: InfoReport, on console: Console) {
        console.result("Probe", report.probe.table)
        if let target = report.target { console.result("Target", target.table) }
        if let flash = report.flash { console.result("Flash", flash.table) }
    }
}
