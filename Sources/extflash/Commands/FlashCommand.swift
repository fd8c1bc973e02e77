// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Essentials
import Workbench

/// The flash parts as data.
struct FlashCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flash", abstract: "List the flash parts that board files can name, or show one.",
        subcommands: [List.self, Show.self])

    struct List: DefinitionListCommand {
        typealias Report = FlashListReport
        static let documentName = "flash list"
        static let configuration = CommandConfiguration(abstract: "List the flash parts.")

        @OptionGroup var output: ReportOptions

        func describe(_ part: FlashListReport.Definition) -> String {
            "\(part.title), id \(part.jedecIDs.joined(separator: " or "))"
        }
    }

    struct Show: ConfigCommand {
        static let documentName = "flash show"
        static let configuration = CommandConfiguration(
            abstract: "Show what is known of a flash part.",
            discussion: "`extflash config show flash/NAME` prints the file itself.")

        @Argument(help: "A flash part, by name or file.", completion: .names(.flash))
        var part: String
        @OptionGroup var output: ReportOptions

        func report() throws(WorkbenchError) -> FlashPartReport {
            try FlashPartReport(ConfigurationLibrary(RunContext.current.paths), named: part)
        }

        func render(_ report: FlashPartReport, on console: Console) {
            console.result(report.title, report.table)
        }
    }
}

extension FlashPartReport {
    fileprivate var table: Table {
        var table = Table()
        table.add("file", origin)
        table.add("JEDEC id", jedecIDs.joined(separator: ", "))
        table.add("size", Format.bytes(bytes) + (dies > 1 ? ", \(dies) dies" : ""))
        table.add("page", Format.bytes(pageBytes))
        for erase in erases {
            table.add(
                "erase", "\(Format.bytes(erase.bytes)) with \(erase.instruction)")
        }
        table.add("registers", registers.isEmpty ? nil : registers.joined(separator: ", "))
        table.add("quad enable", quadEnable)
        if let minimumVolts, let maximumVolts {
            table.add("supply", "\(Format.volts(minimumVolts)) to \(Format.volts(maximumVolts))")
        }
        table.add("clock", maximumClockHertz.map { "at most \(Hertz(UInt32(clamping: $0)))" })
        table.add("may be", variants.isEmpty ? nil : variants.joined(separator: ", "))
        table.add("not known", unknown.isEmpty ? nil : unknown.joined(separator: ", "))
        for source in sources { table.add("source", source) }
        return table
    }
}
