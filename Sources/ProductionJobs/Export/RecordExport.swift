// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// A form in which records leave the station: text in pieces, so that any number of units fits in memory.
package protocol RecordExport {
    /// What stands before the first unit.
    mutating func begin() -> String
    mutating func unit(_ unit: UnitRecord) -> String
    /// What stands behind the last unit.
    mutating func end() -> String
}

package enum ExportFormat: String, CaseIterable, Sendable {
    case csv
    case jsonLines = "jsonl"
    case junit
    case openHTF = "openhtf"
    case html

    package var contentType: String {
        switch self {
        case .csv: "text/csv; charset=utf-8"
        case .jsonLines, .openHTF: "application/jsonl; charset=utf-8"
        case .junit: "application/xml; charset=utf-8"
        case .html: "text/html; charset=utf-8"
        }
    }

    /// Makes an export of what `title` names: the batch, or the station.
    ///
    /// `counts` are its units by verdict, and those in work as `running`.
    package func export(title: String, counts: [String: Int]) -> any RecordExport {
        switch self {
        case .csv: CSVExport()
        case .jsonLines: JSONLinesExport()
        case .junit: JUnitExport(title: title, counts: counts)
        case .openHTF: OpenHTFExport()
        case .html: HTMLReport(title: title)
        }
    }
}

extension String {
    /// For text and attributes of XML and HTML; characters that XML has not become `?`.
    func escapedForMarkup() -> String {
        var text = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "\"": text += "&quot;"
            case "'": text += "&#39;"
            case "\t", "\n", "\r": text.unicodeScalars.append(scalar)
            case "\u{0}"..."\u{1f}", "\u{fffe}", "\u{ffff}": text += "?"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
