// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The station file of a line with simulated slots.
package enum StationText {
    /// `slots` are what follows `sim:`, named `A1`, `A2` …, with `more` in each.
    package static func simulated(_ slots: [String], more: String = "", park: String = "0 s") -> String {
        let entries = slots.enumerated().map {
            "  - {name: A\($0.offset + 1), sim: \"\($0.element)\"\(more)}"
        }
        return """
            schema: 1
            name: line
            title: A line
            slots:
            \(entries.joined(separator: "\n"))
            park-time: \(park)

            """
    }
}
