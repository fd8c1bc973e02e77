// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Essentials
import Workbench

struct LoaderList: ConfigCommand {
    static let documentName = "loader list"
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the flash algorithms in a CMSIS pack.",
        discussion: """
            Wherever a loader is named, PACK:PATH names one of them. PACK alone is the one whose memory is the QUADSPI's, \
            of several the one that the pack gives to the board or the part of --board.
            """)

    @Argument(help: "The pack.", completion: .file(extensions: ["pack"]))
    var pack: String
    @OptionGroup var output: ReportOptions

    func report() throws(WorkbenchError) -> PackReport { try PackReport(of: pack, RunContext.current.paths) }

    func render(_ report: PackReport, on console: Console) {
        var table = Table()
        for algorithm in report.algorithms {
            let owners =
                algorithm.owners.count > 4 ? algorithm.owners.prefix(4) + ["…"] : algorithm.owners[...]
            let parts: [String?] = [
                algorithm.memory?.text ?? "for no memory that the pack names",
                owners.isEmpty ? nil : owners.joined(separator: ", "),
            ]
            table.add(algorithm.path, parts.compactMap(\.self).joined(separator: "; "))
        }
        console.result(
            "\(report.pack) has \(Format.count(report.algorithms.count, "flash algorithm"))", table)
    }
}
