// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What is simulated where neither the probe's selector nor the board's file says it: the file
/// `Config/simulation/defaults.yaml`.
package struct SimulationDefaults: Hashable, Sendable {
    /// The board of a selector without `board=`, a file of `boards`.
    package let board: String
    /// The part on a bank that takes any, a file of `flash`.
    let flash: String

    package init(_ files: DescriptionFiles) throws(BenchError) {
        let root = try files.node("defaults", in: "simulation")
        let top = try root.mapping(["schema", "board", "flash"])
        _ = try top["schema"].integer(in: 1...1)
        (board, flash) = (try top["board"].text, try top["flash"].text)
    }
}
