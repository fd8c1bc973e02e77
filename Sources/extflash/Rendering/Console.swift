// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Workbench

/// Where the two kinds of output go: results for programs to stdout, words for people to stderr.
struct Console: Sendable {
    enum ProgressStyle: String, CaseIterable, Sendable { case auto, plain, none }

    let isJSON: Bool
    let progress: ProgressStyle
    let verbosity: Int
    let streams: StandardStreams
    /// Standard output belongs to a file that the command makes: results go to stderr as well.
    var resultsAreNotes = false
    private let environment: [String: String]

    init(isJSON: Bool = false, progress: ProgressStyle = .none, verbosity: Int = 0) {
        (self.isJSON, self.progress, self.verbosity) = (isJSON, progress, verbosity)
        (streams, environment) = (RunContext.current.streams, RunContext.current.environment)
    }

    /// The columns of a terminal on which a progress bar is redrawn; nil where lines are written instead.
    var barWidth: Int? {
        guard progress == .auto, let width = streams.errorTerminal else { return nil }
        return environment["TERM"] == "dumb" ? nil : width()
    }

    /// A line of the result.
    ///
    /// In JSON mode the document is the only thing on stdout.
    func result(_ line: String = "") {
        if !isJSON { write(line.printable + "\n") }
    }
    func note(_ line: String) { streams.writeNote(line.printable + "\n") }
    func document(_ json: String) { write(json + "\n") }
    /// Bytes of a file as the result.
    func data(_ bytes: [UInt8]) { streams.writeResult(bytes) }
    /// Control characters included.
    func raw(_ text: String) { streams.writeNote(text) }

    private func write(_ result: String) {
        if resultsAreNotes { streams.writeNote(result) } else { streams.writeResult(result) }
    }

    /// An error as a person reads it: what, why, what it has left of the flash, what to do.
    func failure(_ error: ErrorReport, leaving flash: FlashOutcome? = nil) {
        let told = 1 + error.causes.count
        for line in error.lines.prefix(told) { note(line) }
        for line in flash?.lines ?? [] { note("  " + line) }
        for line in error.lines.dropFirst(told) { note(line) }
    }

    /// A block of aligned lines under a title.
    func result(_ title: String, _ table: Table) {
        result(title)
        for line in table.lines { result("  " + line) }
    }
}
