// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Workbench

struct Probes: BenchCommand {
    static let documentName = "probes"
    static let configuration = CommandConfiguration(
        abstract: "List every probe, and what keeps an unusable one from being used.",
        discussion: "With --probe sim:KIND the simulated probe of that kind is listed.")

    @OptionGroup var bench: BenchOptions

    func request() throws -> BenchRequest { try bench.request() }

    func perform(_ client: WorkbenchClient) async throws(WorkbenchError) -> ProbesReport {
        try await client.probes()
    }

    func render(_ report: ProbesReport, on console: Console) {
        guard !report.probes.isEmpty else {
            console.result("No probe found.")
            console.result(
                "A simulated one needs no hardware: --probe with one of \(report.simulatedKinds).")
            return
        }
        for probe in report.probes {
            console.result("\(probe.kind)  \(probe.serial ?? "no serial number")  \(probe.selector)")
            var table = Table()
            table.add("product", "\(probe.product) (\(probe.ids), USB \(probe.location))")
            table.add("firmware", probe.firmware)
            table.add("target", probe.targetVolts.map { "\(Quantity.decimal($0, 2)) V" })
            for limitation in probe.limitations { table.add("without", limitation) }
            if let problem = probe.problem {
                table.add("unusable", "\(problem.summary) [\(problem.code)]")
                for remedy in problem.remedies { table.add("try", remedy) }
            }
            for line in table.lines { console.result("  " + line) }
        }
    }
}
