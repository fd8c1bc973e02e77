// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Essentials
import FlashLoader
import Workbench

struct Loader: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "loader", abstract: "Look into external loader files.", subcommands: [LoaderInspect.self]
    )
}

struct LoaderInspect: ReportCommand, AsyncParsableCommand {
    static let documentName = "loader inspect"
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show what a loader file says, and whether it can be used. No probe is needed.",
        discussion: """
            Judged for the target of --board or --target, else for any that is known. What `program` would refuse is \
            refused here, with the same exit code.
            """)

    @Argument(help: "The loader file.", completion: .file(extensions: ["stldr", "FLM"]))
    var file: String
    @Option(help: "The board that it is for, by name or file.")
    var board: String?
    @Option(help: "The target that it is for, by name or file.")
    var target: String?
    @Option(help: "Where stack and buffers would go: spacious or vendor.")
    var layout: LoaderLayout.Style = .spacious
    @OptionGroup var output: ReportOptions

    var console: Console { output.console }

    func run() async throws {
        let start = MonotonicTime()
        var request = BenchRequest(probe: .only, paths: RunContext.current.paths)
        (request.board, request.target, request.layout) = (board, target, layout)
        let client = WorkbenchClient(request: request, observer: .none, cancellation: Cancellation())
        let report: LoaderReport
        do throws(WorkbenchError) { report = try await client.inspectLoader(file) } catch {
            return try conclude(nil, failure: error, since: start)
        }
        try conclude(report, failure: report.failure, since: start)
    }

    func render(_ report: LoaderReport, on console: Console) {
        console.result("Flash, as StorageInfo describes it", report.storage.table)
        var functions = Table()
        for entry in report.entryPoints { functions.add(entry.name, entry.address ?? "missing") }
        console.result("Entry points", functions)
        var memory = Table()
        for range in report.loaded { memory.add("load", range.text) }
        for range in report.zeroed { memory.add("zeroed", range.text) }
        console.result("Memory", memory)
        console.result(warnings: report.warnings)
    }
}

extension LoaderReport.Storage {
    fileprivate var table: Table {
        var table = Table()
        table.add("name", name)
        table.add("type", "\(type) (\(typeCode))")
        table.add("range", "\(start), \(Format.bytes(bytes))")
        table.add("page", Format.bytes(pageBytes))
        table.add("erased value", erasedValue)
        for group in sectors { table.add("sectors", "\(group.count) of \(Format.bytes(group.bytes))") }
        return table
    }
}
