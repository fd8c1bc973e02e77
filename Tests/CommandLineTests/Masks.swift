// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation

/// Takes out of the program's words what a better driver changes every day: how long things took, how often the probe
/// was asked, how many files are shipped.
enum Masks {
    static func text(_ text: String, scratch: String) -> String {
        var text = text.replacing(scratch, with: "$DIR")
        text = text.replacing(/([0-9]+ min )?[0-9]+(\.[0-9]+)? (µs|ms|s)\b/, with: "# s")
            .replacing(/[0-9]+(\.[0-9]+)? KiB\/s/, with: "# KiB/s")
            .replacing(/built into the program: [0-9]+ files/, with: "built into the program: # files")
        // The columns of the table depend on what was masked in them.
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            var line = String(line)
            guard line.contains(#/^(survey|erase|program|verify|read|total|on the link) /#) else {
                return line
            }
            if line.hasPrefix("on the link") { line = "on the link  #  # s  # transfers" }
            return line.replacing(#/ {2,}/#, with: "  ")
        }
        return lines.joined(separator: "\n")
    }

    /// A document without `host`, with masked times and counts of transfers.
    static func json(_ text: String, scratch: String) throws -> String {
        let document = try JSONSerialization.jsonObject(with: Data(text.utf8))
        var keys = document as? [String: Any] ?? [:]
        keys["host"] = nil
        let bytes = try JSONSerialization.data(
            withJSONObject: masked(keys), options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
        return String(decoding: bytes, as: UTF8.self).replacing(scratch, with: "$DIR") + "\n"
    }

    private static func masked(_ value: Any) -> Any {
        switch value {
        case let keys as [String: Any]:
            var keys = keys.mapValues(masked)
            for key in ["seconds", "totalSeconds", "transfers", "bytesIn", "bytesOut", "builtInFiles"]
            where keys[key] != nil {
                keys[key] = 0
            }
            return keys
        case let elements as [Any]: return elements.map(masked)
        case let text as String: return Masks.text(text, scratch: "\u{0}")
        default: return value
        }
    }
}
