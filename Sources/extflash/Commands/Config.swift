// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Essentials
import Workbench

/// What the program knows of targets, boards, flash chips, loaders and the simulated bench, and from where.
struct Config: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show which target, board, flash and loader files are in force, and from where.",
        discussion: """
            Files are built into the program. One of the same name in a place that is searched wins over it; of \
            several the one in the last place wins. `extflash config path` lists the places.
            """,
        subcommands: [List.self, Show.self, Path.self])

    struct List: ConfigCommand {
        static let documentName = "config list"
        static let configuration = CommandConfiguration(
            abstract: "List every file that can be named, and those that another one overrides.")

        @Argument(help: "targets, boards, flash, loaders or simulation (default: all of them).")
        var kind: ConfigurationKind?
        @OptionGroup var output: ReportOptions

        func report() throws(WorkbenchError) -> ConfigurationReport {
            try ConfigurationReport(ConfigurationLibrary(RunContext.current.paths), kind)
        }

        func render(_ report: ConfigurationReport, on console: Console) {
            var table = Table()
            for file in report.files {
                table.add("\(file.kind)/\(file.name)", file.origin)
                for overridden in file.overrides { table.add("", "overrides \(overridden)") }
            }
            for line in table.lines { console.result(line) }
        }
    }

    struct Show: ConfigCommand {
        static let documentName = "config show"
        static let configuration = CommandConfiguration(
            abstract: "Print a file that is in force, such as boards/stm32h745xi-w25q128.",
            discussion: "A loader is binary: extflash config show loaders/NAME > NAME.stldr")

        @Argument(help: "KIND/NAME, or NAME when only one kind has it.")
        var name: String
        @OptionGroup var output: ReportOptions

        func report() throws(WorkbenchError) -> ConfigurationFileReport {
            try ConfigurationFileReport(ConfigurationLibrary(RunContext.current.paths), named: name)
        }

        func render(_ report: ConfigurationFileReport, on console: Console) {
            console.data(report.bytes)
        }
    }

    struct Path: ConfigCommand {
        static let documentName = "config path"
        static let configuration = CommandConfiguration(
            abstract: "List the places that are searched, weakest first.")

        @OptionGroup var output: ReportOptions

        func report() throws(WorkbenchError) -> ConfigurationPlacesReport {
            try ConfigurationPlacesReport(ConfigurationLibrary(RunContext.current.paths))
        }

        func render(_ report: ConfigurationPlacesReport, on console: Console) {
            console.result("built into the program: \(Format.count(report.builtInFiles, "file"))")
            for place in report.places {
                let state = place.problem ?? (place.exists ? Format.count(place.files, "file") : "not there")
                console.result("\(place.path): \(state)")
            }
        }
    }
}

extension ConfigurationKind: ExpressibleByArgument {}
