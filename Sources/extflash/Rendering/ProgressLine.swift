// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashProgramming

/// One moment of a job as one line.
struct ProgressLine {
    let progress: FlashProgress

    /// For logs.
    var text: String { ([name] + details).joined(separator: "  ") }

    /// For a terminal of `width` columns, of which the last stays free: some terminals break the line there.
    ///
    /// Where there is little room, first the bar is left out and then one detail after the other, the last one first.
    func bar(width: Int) -> String {
        let room = width - 1
        let withoutBar = text
        let cells = min(30, room - withoutBar.count - 3)
        if cells >= 8 { return ([name, bar(cells: cells)] + details).joined(separator: "  ") }
        var shown = details
        var line = withoutBar
        while line.count > room, !shown.isEmpty {
            shown.removeLast()
            line = ([name] + shown).joined(separator: "  ")
        }
        return line.count <= room ? line : String(line.trimming(to: room))
    }

    private var name: String { progress.phase.rawValue.padded(to: Self.nameWidth) }
    private static let nameWidth = FlashPhase.allCases.map(\.rawValue.count).max() ?? 0

    /// What matters most first.
    private var details: [String] {
        var details = ["\(percentage) %".padded(left: 5)]
        if isComplete {
            details.append("in \(Format.time(progress.phaseElapsed))")
        } else if progress.rate != nil {
            details.append("\(Format.time(progress.phaseRemaining)) left")
        }
        details.append("\(Format.bytes(progress.done)) of \(Format.bytes(progress.total))")
        if let rate = Format.rate(progress.done, in: progress.phaseElapsed) { details.append(rate) }
        return details
    }

    private var isComplete: Bool { progress.done >= progress.total }
    private var percentage: Int {
        progress.total > 0 ? max(0, min(100, progress.done * 100 / progress.total)) : 100
    }

    private func bar(cells: Int) -> String {
        let full = cells * percentage / 100
        return String(repeating: "█", count: full) + String(repeating: "·", count: cells - full)
    }
}

extension String {
    fileprivate func trimming(to width: Int) -> Substring { prefix(max(0, width)) }
}
