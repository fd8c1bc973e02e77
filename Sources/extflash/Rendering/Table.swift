// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Aligned `name  value` lines.
struct Table {
    private var rows: [(String, String)] = []
    mutating func add(_ name: String, _ value: String) { rows.append((name, value)) }
    mutating func add(_ name: String, _ value: String?) { if let value { rows.append((name, value)) } }

    var lines: [String] {
        let width = rows.map(\.0.count).max() ?? 0
        return rows.map { $0.0 + String(repeating: " ", count: width - $0.0.count + 2) + $0.1 }
    }
}
