// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Essentials
import ObjectFiles
import Workbench

struct Read: BenchCommand {
    static let documentName = "read"
    static let configuration = CommandConfiguration(
        abstract: "Read a range of the external flash into a file.",
        discussion: """
            The format follows the file's name: .bin, .hex (Intel HEX), .srec, .elf, .uf2; --format overrides it. The \
            file is opened before the job and gets its new contents only once everything was read. With -o - they go \
            to standard output, and the report to standard error.

            What a raw binary of that name already holds, or what is left of an interrupted read (NAME.part), is not read \
            again where digests computed on the target confirm it.

            \(LoaderOptions.note)
            """)

    @Option(help: "ADDRESS+LENGTH or ADDRESS..END, e.g. 0x90000000+16M (default: the whole flash).")
    var range: String?
    @Option(name: .shortAndLong, help: "The file to write; - is standard output.", completion: .file())
    var output: String
    @Option(help: "bin, hex, srec, elf or uf2.")
    var format: ImageFormat?
    @OptionGroup var loader: LoaderOptions
    @OptionGroup var bench: BenchOptions

    /// What goes to standard output is the file, not the report.
    var console: Console {
        var console = bench.console
        console.resultsAreNotes = readRequest.fillsStandardOutput
        return console
    }

    private var readRequest: ReadRequest { ReadRequest(range: range, path: output, format: format) }

    func request() -> BenchRequest { bench.request(loader) }

    func perform(_ client: WorkbenchClient) async throws(WorkbenchError) -> ReadReport {
        try await client.read(readRequest)
    }

    func render(_ report: ReadReport, on console: Console) {
        console.result(report.timing)
        if report.bytesConfirmed > 0 {
            console.result(
                "\(Format.bytes(report.bytesConfirmed)) were there already and are confirmed by digests")
        }
        console.result(
            "\(report.range.text) is in \(report.file == "-" ? "standard output" : report.file), CRC-32 \(report.crc32)"
        )
    }
}
