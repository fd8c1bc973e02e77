// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Essentials
import Workbench

struct LoaderInfer: LoaderFileCommand {
    static let documentName = "loader infer"
    static let configuration = CommandConfiguration(
        commandName: "infer",
        abstract: "Write the board file that a loader was made for. No probe is needed.",
        discussion: """
            Init runs on the simulated bench. What it writes to ports, QUADSPI and RCC tells pins, bank and clocks; then \
            it is tried with each flash part of its size that is known: Init, read, erase, write, read back. The file \
            says in comments what is a guess, and which parts would do as well. `extflash board check` holds it against \
            the part.
            """)

    @OptionGroup var loader: LoaderFileOptions
    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: "The board file to write (default: standard output).", completion: .file(extensions: ["yaml"]))
    var destination: String?
    @OptionGroup var output: ReportOptions

    func report() async throws(WorkbenchError) -> InferenceReport {
        try await loader.client().inferBoard(of: loader.file, output: destination)
    }

    func render(_ report: InferenceReport, on console: Console) {
        guard let file = report.file else {
            for line in report.text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
                console.result(String(line))
            }
            return
        }
        console.result(report.board)
        console.result("\(file) describes the board of \(report.loader)")
    }
}

extension Console {
    /// A board that was inferred.
    func result(_ board: InferredBoardFacts) {
        var table = Table()
        table.add("target", board.target)
        table.add("mode", board.isDual ? "dual-flash" : nil)
        for bank in board.banks {
            let pins = bank.pins.map { pin in
                "\(pin.signal) \(pin.pin) AF\(pin.function)\(pin.origin == "set" ? "" : " (\(pin.origin))")"
            }
            table.add("bank \(bank.bank)", pins.joined(separator: ", "))
        }
        table.add(
            "HSE",
            board.highSpeedCrystalHertz.map {
                "\(Hertz(UInt32(clamping: $0)))\(board.isCrystalBypassed ? ", an oscillator" : "")"
            })
        table.add("flash", board.flash ?? "whatever it says of itself")
        result("Board, by what Init does", table)
        for note in board.notes { result("note: \(note.text)") }
    }
}
