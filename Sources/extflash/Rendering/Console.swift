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
    func raw(_ text: String) { write(text, to: .standardError) }

    /// An error as a person reads it: what, why, what to do.
    func failure(_ error: any Diagnosable) {
        var lines = ["error: \(error.summary) [\(error.code)]"]
        var cause = error.cause
        var indent = "  "
        while let current = cause {
            lines.append("\(indent)because \(current.summary) [\(current.code)]")
            indent += "  "
            cause = current.cause
        }
        for remedy in error.allRemedies { lines.append("  try: \(remedy)") }
        note(lines.joined(separator: "\n"))
    }

    private func write(_ text: String, to handle: FileHandle) {
        // A reader that went away (a closed pipe) is not ours to report; SIGPIPE has ended us by then.
        try? handle.write(contentsOf: Data(text.utf8))
    }
}

extension Diagnosable {
    /// Remedies of the whole chain, most specific first, each once.
    var allRemedies: [String] {
        var found: [String] = []
        var chain: [any Diagnosable] = [self]
        while let next = chain.last?.cause { chain.append(next) }
        for error in chain.reversed() {
            for remedy in error.remedies where !found.contains(remedy) { found.append(remedy) }
        }
        return found
    }
}
