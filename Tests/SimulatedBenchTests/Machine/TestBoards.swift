// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import BenchTestKit

@testable import SimulatedBench

extension BoardDescription {
    /// A board of the tests: the standard one with other chips.
    static func with(_ chips: [ChipWiring], flash: String = "w25q128jv") -> BoardDescription {
        var board = BoardDescription.standard
        board.chips = chips.map { FittedChip(flash: flash, wiring: $0) }
        board.isDualFlash = chips.count > 1
        return board
    }
    /// One chip on bank 1.
    static let firstBank = with([.firstBank])
    /// Two chips as one memory, each with its own chip select, or with that of bank 1 for both.
    static let dual = with([.firstBank, .secondBank])
    static let sharedSelect = with([
        .firstBank, ChipWiring("PB6", "PB2", ["PE7", "PE8", "PE9", "PE10"], bank: 2),
    ])
}

extension ChipWiring {
    /// Pins in the order of data sheets: /CS, CLK, IO0...IO3.
    init(_ select: String, _ clock: String, _ lines: [String], bank: Int) {
        self.init(
            bank: bank, select: PinName(select), clock: PinName(clock), lines: lines.map { PinName($0) })
    }
    static let firstBank = ChipWiring("PB6", "PB2", ["PD11", "PD12", "PE2", "PD13"], bank: 1)
    static let secondBank = ChipWiring("PC11", "PB2", ["PE7", "PE8", "PE9", "PE10"], bank: 2)
}
