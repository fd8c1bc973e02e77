// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// A board: its part, its clocks and supply, and the flash chips with their wiring.
package struct BoardDescription: Hashable, Sendable {
    package internal(set) var name: String
    /// The exact part, such as `STM32H745XI`, or the family it belongs to.
    var part: String
    var crystals = Crystals()
    var supply = BenchConfiguration.Supply.either
    var volts = 3.3
    /// The chips with their wiring, in the order of their banks.
    var chips: [FittedChip]
    /// Two chips make one memory (DFM), with their bytes in turns.
    var isDualFlash = false
    /// The pins that can carry QUADSPI signals: the part's multiplexer table.
    var pins: [QuadSPIPin]

    /// A flash chip on the board.
    struct FittedChip: Hashable, Sendable {
        /// A file of `Config/flash`.
        var flash: String
        var wiring: ChipWiring
    }
}

/// What oscillates on the board, or not.
struct Crystals: Hashable, Sendable {
    /// Hertz; nil: nothing is fitted.
    var highSpeed: UInt64?
    var lowSpeed: UInt64?
    /// What is fitted for HSE is an oscillator, which needs no help of the part.
    var isOscillator = false
}
