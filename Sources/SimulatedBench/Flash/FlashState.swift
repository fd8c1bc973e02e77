// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What a flash keeps without power.
package struct FlashState: Sendable, Equatable {
    /// The array; shorter means erased from there on.
    package var cells: [UInt8]
    /// What registers hold, by their names; bits that are not kept count for nothing.
    package var registers: [String: UInt16]
    /// The areas beside the array, one after the other; shorter means erased from there on.
    package var security: [UInt8]

    package init(cells: [UInt8] = [], registers: [String: UInt16] = [:], security: [UInt8] = []) {
        self.cells = cells
        self.registers = registers
        self.security = security
    }
}
