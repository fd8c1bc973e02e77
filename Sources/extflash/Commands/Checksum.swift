// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Workbench

struct Checksum: BenchCommand {
    static let documentName = "checksum"
    static let configuration = CommandConfiguration(
        abstract: "Compute checksums of a range of the external flash.",
        discussion: """
            CRC-32 as zlib and Ethernet have it, SHA-256, and the plain byte sum of ST's loaders.

            \(LoaderOptions.note)
            """)

    @Option(help: "ADDRESS+LENGTH or ADDRESS..END (default: the whole flash).")
    var range: String?
    @OptionGroup var loader: LoaderOptions
    @OptionGroup var bench: BenchOptions

    func request() -> BenchRequest { bench.request(loader) }

    func perform(_ client: WorkbenchClient) async throws(WorkbenchError) -> ChecksumReport {
        try await client.checksum(range)
    }

    func render(_ report: ChecksumReport, on console: Console) {
        var table = Table()
        table.add("range", report.ranges.text)
        table.add("CRC-32", report.crc32)
        table.add("SHA-256", report.sha256)
        table.add("byte sum", report.byteSum)
        for line in table.lines { console.result(line) }
    }
}
