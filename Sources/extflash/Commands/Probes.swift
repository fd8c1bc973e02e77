// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Essentials
import Workbench

struct Probes: BenchCommand {
    static let documentName = "probes"
    static let configuration = CommandConfiguration(
        abstract: "List every probe, and what keeps an unusable one from being used.",
        discussion: "With --probe sim:KIND the simulated probe of that kind is listed.")

    @OptionGroup var bench: BenchOptions

    func request() -> BenchRequest { bench.request() }

    func perform(_ client: WorkbenchClient) async throws(WorkbenchError) -> ProbesReport {
        try await client.probes()
    }

    func render(_ report: ProbesReport, on console: Console) {
        guard !report.probes.isEmpty else {
            console.result("No probe found.")
            console.result(
                "A simulated one needs no hardware: --probe with one of "
                    + report.simulatedKinds.joined(separator: ", ") + ".")
            return
        }
        for probe in report.probes {
            console.result(
                "\(probe.kind)  \(probe.serial ?? "no serial number")  --probe \(probe.selector)",
                probe.table)
        }
    }
}

extension ProbesReport.Probe {
    fileprivate var table: Table {
        var table = Table()
        table.add("product", "\(product) (\(ids), USB \(location))")
        table.add("firmware", firmware)
        table.add("target", targetMillivolts.map { Format.volts(Double($0) / 1000) })
        for limitation in limitations { table.add("limitation", limitation) }
        if let problem {
            table.add("unusable", "\(problem.summary) [\(problem.code)]")
            for cause in problem.causes { table.add("because", "\(cause.summary) [\(cause.code)]") }
            for remedy in problem.remedies { table.add("try", remedy) }
        }
        return table
    }
}
