// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Aligned `name  value` lines.
struct Table {
    private var rows: [(name: String, value: String)] = []

    /// Adds nothing for a value that is not there.
    mutating func add(_ name: String, _ value: String?) {
        if let value { rows.append((name, value)) }
    }

    var lines: [String] {
        let width = rows.map(\.name.count).max() ?? 0
        return rows.map { $0.name.padded(to: width) + "  " + $0.value }
    }
}
