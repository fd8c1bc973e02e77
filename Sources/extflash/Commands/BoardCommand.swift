// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Essentials
import Workbench

/// The boards as data.
struct BoardCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "board", abstract: "List the boards, show one, or check a board file.",
        subcommands: [List.self, Show.self, Check.self])

    struct List: DefinitionListCommand {
        typealias Report = BoardListReport
        static let documentName = "board list"
        static let configuration = CommandConfiguration(abstract: "List the boards that --board takes.")

        @OptionGroup var output: ReportOptions

        func describe(_ board: BoardListReport.Definition) -> String {
            board.title + (board.hasLoader ? "; has a loader" : "")
        }
    }

    struct Show: ConfigCommand {
        static let documentName = "board show"
        static let configuration = CommandConfiguration(
            abstract: "Show what a board file says.",
            discussion: "`extflash config show boards/NAME` prints the file itself.")

        @Argument(help: "A board, by name or file.", completion: .boards)
        var board: String
        @OptionGroup var output: ReportOptions

        func report() throws(WorkbenchError) -> BoardReport {
            try BoardReport(ConfigurationLibrary(RunContext.current.paths), named: board)
        }

        func render(_ report: BoardReport, on console: Console) {
            console.result(report.title, report.table)
            for bank in report.banks {
                console.result(
                    "QUADSPI bank \(bank.bank), \(bank.flash ?? "a flash that describes itself")", bank.table)
            }
        }
    }

    struct Check: ConfigCommand {
        static let documentName = "board check"
        static let configuration = CommandConfiguration(
            abstract:
                "Check a board file: its keys, the names in it, and every pin against the part's multiplexer.",
            discussion:
                "Each mistake is told as FILE:LINE:COLUMN with the right choices; the exit code is 36 then.")

        @Argument(help: "A board file, or the name of a board.", completion: .boards)
        var file: String
        @OptionGroup var output: ReportOptions

        func report() throws(WorkbenchError) -> BoardCheckReport {
            try BoardCheckReport(ConfigurationLibrary(RunContext.current.paths), of: file)
        }

        func render(_ report: BoardCheckReport, on console: Console) {
            for mistake in report.mistakes {
                console.result("\(mistake.file):\(mistake.line):\(mistake.column): \(mistake.text)")
            }
            if report.mistakes.isEmpty { console.result("\(report.file): no mistake found") }
        }
    }
}

extension BoardReport {
    fileprivate var table: Table {
        var table = Table()
        table.add("file", origin)
        table.add("target", part.map { "\(target) (\($0))" } ?? target)
        table.add(
            "HSE",
            highSpeedCrystalHertz.map {
                "\(Hertz(UInt32(clamping: $0)))\(isCrystalBypassed ? ", an oscillator" : "")"
            } ?? "none")
        table.add("LSE", lowSpeedCrystalHertz.map { "\(Hertz(UInt32(clamping: $0)))" } ?? "none")
        table.add("supply", volts.map { Format.volts($0) })
        table.add("core supply", coreSupply)
        table.add("mode", isDual ? "dual-flash: both chips are one memory" : nil)
        table.add("loader", loader ?? "none: give one with --loader")
        for source in sources { table.add("source", source) }
        return table
    }
}

extension BoardReport.Bank {
    fileprivate var table: Table {
        var table = Table()
        for pin in pins {
            table.add(pin.signal, "\(pin.pin), AF\(pin.function)\(pin.hasPullUp ? ", pulled up" : "")")
        }
        return table
    }
}
