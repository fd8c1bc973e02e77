// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Essentials
import FlashLoader
import Workbench

struct Loader: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "loader", abstract: "Look into external loader files, and make them.",
        subcommands: [
            LoaderInspect.self, LoaderCheck.self, LoaderList.self, LoaderInfer.self, LoaderExport.self,
        ])
}

struct LoaderInspect: LoaderFileCommand {
    static let documentName = "loader inspect"
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show what a loader file says, and whether it can be used. No probe is needed.",
        discussion: """
            Judged for the target of --board or --target, else for any that is known. What `program` would refuse is \
            refused here, with the same exit code.
            """)

    @OptionGroup var loader: LoaderFileOptions
    @Option(help: "The board that it is for, by name or file.", completion: .boards)
    var board: String?
    @Option(help: "Where stack and buffers would go: spacious or vendor.")
    var layout: LoaderLayout.Style = .spacious
    @OptionGroup var output: ReportOptions

    func report() async throws(WorkbenchError) -> LoaderReport {
        try await loader.client(board: board, layout: layout).inspectLoader(loader.file)
    }

    func render(_ report: LoaderReport, on console: Console) {
        console.result("Flash, as \(report.storage.record) describes it", report.storage.table)
        for line in report.storage.drawing { console.result("  " + line) }
        var functions = Table()
        for entry in report.entryPoints { functions.add(entry.name, entry.address ?? "missing") }
        console.result("Entry points", functions)
        var memory = Table()
        for range in report.loaded { memory.add("load", range.text) }
        for range in report.zeroed { memory.add("zeroed", range.text) }
        console.result(
            report.isPositionIndependent ? "Memory, for any address" : "Memory", memory)
        var stack = Table()
        for entry in report.stack { stack.add(entry.entry, entry.text) }
        console.result("Stack, by the machine code", stack)
        console.result(warnings: report.warnings)
    }
}

extension LoaderReport.Stack {
    fileprivate var text: String {
        var parts = [isBound ? "\(bytes) bytes" : "\(bytes) bytes at least"]
        if path.count > 1 {
            let shown = path.count > 6 ? path.prefix(3) + ["…"] + path.suffix(2) : path[...]
            parts.append(shown.joined(separator: " > "))
        }
        if !recursion.isEmpty { parts.append("recursion in \(recursion.joined(separator: ", "))") }
        if !indirectCalls.isEmpty {
            parts.append("calls that only run time tells in \(indirectCalls.joined(separator: ", "))")
        }
        if !unknown.isEmpty { parts.append("unknown in \(unknown.joined(separator: ", "))") }
        return parts.joined(separator: "; ")
    }
}

extension LoaderReport.Storage {
    /// Columns that stand for the whole flash.
    private static let width: UInt64 = 64
    /// More bytes than there are addresses, so that sums of what a file says stay numbers.
    private static let limit: UInt64 = 1 << 33

    /// A letter for a group of sectors.
    private static func mark(_ index: Int) -> String { String(UnicodeScalar(97 + UInt8(index % 26))) }

    /// The flash from its first byte to its last, a letter for each group of sectors; a dot is in no sector.
    fileprivate var drawing: [String] {
        let sizes = sectors.map { min(UInt64($0.count) * UInt64($0.bytes), Self.limit) }
        let whole = max(UInt64(bytes), sizes.reduce(0, +))
        guard whole > 0 else { return [] }
        var bar = ""
        var end: UInt64 = 0
        for (index, size) in sizes.enumerated() {
            end += size
            let column = max(Int(end * Self.width / whole), bar.count + 1)
            bar += String(repeating: Self.mark(index), count: max(0, column - bar.count))
        }
        bar += String(repeating: ".", count: max(0, Int(Self.width) - bar.count))
        return ["[\(bar)]"]
    }

    var table: Table {
        var table = Table()
        table.add("name", name)
        table.add("type", "\(type) (\(typeCode))")
        table.add("range", "\(start), \(Format.bytes(bytes))")
        table.add("page", Format.bytes(pageBytes))
        table.add("erased value", erasedValue)
        for (index, group) in sectors.enumerated() {
            table.add("sectors", "\(Self.mark(index)): \(group.count) of \(Format.bytes(group.bytes))")
        }
        return table
    }
}
