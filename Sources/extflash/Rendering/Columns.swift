// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// Rows of aligned columns under their titles.
struct Columns {
    private var rows: [[String]]

    init(_ titles: String...) { rows = [titles] }

    mutating func add(_ cells: String?...) { rows.append(cells.map { $0 ?? "-" }) }

    var lines: [String] {
        let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            var line = zip(row, widths).map { $0.padded(to: $1) }.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}

extension Console {
    func result(_ columns: Columns) {
        for line in columns.lines { result(line) }
    }
}
