// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Foundation
import Workbench

/// Where the two kinds of output go: results for programs to stdout, words for people to stderr.
struct Console: Sendable {
    enum ProgressStyle: String, CaseIterable, Sendable { case auto, plain, none }

    let isJSON: Bool
    let progress: ProgressStyle
    let verbosity: Int

    /// Whether stderr is a terminal that can redraw a line.
    var isInteractive: Bool {
        switch progress {
        case .none, .plain: false
        case .auto: isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
        }
    }

    /// A line of the result.
    ///
    /// In JSON mode the document is the only thing on stdout.
    func result(_ line: String = "") {
        if !isJSON { write(line + "\n", to: .standardOutput) }
    }
    func note(_ line: String) { write(line + "\n", to: .standardError) }
    func document(_ json: String) { write(json + "\n", to: .standardOutput) }
    /// Bytes of a file as the result.
    func data(_ bytes: [UInt8]) { try? FileHandle.standardOutput.write(contentsOf: Data(bytes)) }
    func raw(_ text: String) { write(text, to: .standardError) }

    /// An error as a person reads it: what, why, what to do.
    func failure(_ error: ErrorReport) {
        note(error.lines.joined(separator: "\n"))
    }

    private func write(_ text: String, to handle: FileHandle) {
        // A reader that went away (a closed pipe) is not ours to report; SIGPIPE has ended us by then.
        try? handle.write(contentsOf: Data(text.utf8))
    }
}
