// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Workbench

/// The parts of reports that several commands show.
extension RangeReport {
    /// `0x90000000+0x1000 (4 KiB)`.
    var text: String { "\(start)+0x\(String(bytes, radix: 16)) (\(Format.bytes(bytes)))" }
}

extension [RangeReport] {
    var text: String { map(\.text).joined(separator: ", ") }
}

extension Verification {
    /// What was done, as a participle.
    var deed: String {
        switch method {
        case "read": "read back"
        case "hash": "hashed on the target"
        default: "not verified"
        }
    }
}

extension ImageSummary {
    /// `app.elf: 6.00 MiB in 3 segments; 128 bytes outside the flash left out`.
    var text: String {
        "\(file): \(Format.bytes(bytes)) in \(Format.count(segments, "segment"))"
            + (bytesOutside > 0 ? "; \(Format.bytes(bytesOutside)) outside the flash left out" : "")
    }
}

extension Timing {
    /// One line a phase, aligned; without the phases where a progress bar has told them already.
    func lines(phasesWereShown: Bool) -> [String] {
        var rows: [[String]] = []
        for phase in phases where !phasesWereShown && (phase.seconds > 0 || phase.bytes > 0) {
            let time = Duration.seconds(phase.seconds)
            rows.append([
                phase.name, Format.bytes(phase.bytes), Format.time(time),
                Format.rate(phase.bytes, in: time) ?? "",
            ])
        }
        rows.append([
            "total", "", Format.time(.seconds(totalSeconds)), clock == .virtual ? "virtual time" : "",
        ])
        if let link {
            rows.append([
                "on the link", Format.bytes(link.bytesOut + link.bytesIn),
                Format.time(.seconds(link.seconds)), Format.count(link.transfers, "transfer"),
            ])
        }
        let widths = (0..<3).map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            [
                row[0].padded(to: widths[0]), row[1].padded(left: widths[1]), row[2].padded(left: widths[2]),
                row[3],
            ].filter { !$0.isEmpty }.joined(separator: "  ")
        }
    }
}

extension Console {
    func result(_ timing: Timing) {
        for line in timing.lines(phasesWereShown: barWidth != nil && streams.outputIsTerminal) {
            result(line)
        }
    }
    func result(warnings: [String]) {
        for warning in warnings { result("warning: \(warning)") }
    }
}

extension String {
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
    func padded(left width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}
