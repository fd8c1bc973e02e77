// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Essentials
import Workbench

struct Loader: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look into external loader files.", subcommands: [Inspect.self])

    struct Inspect: BenchCommand {
        static let documentName = "loader inspect"
        static let configuration = CommandConfiguration(
            abstract: "Show what a loader file says, and what is odd about it. No probe is needed.")

        @Argument(help: "The loader file.", completion: .file(extensions: ["stldr"]))
        var file: String
        @OptionGroup var bench: BenchOptions

        func request() throws -> BenchRequest { try bench.request() }

        func perform(_ client: WorkbenchClient) async throws(WorkbenchError) -> LoaderReport {
            try await client.inspectLoader(file)
        }

        func render(_ report: LoaderReport, on console: Console) {
            for section in report.sections {
                console.result(section.title)
                var table = Table()
                for row in section.rows { table.add(row.name, row.value) }
                for line in table.lines { console.result("  " + line) }
            }
            for warning in report.warnings { console.result("odd: \(warning)") }
        }
    }
}
