// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What a flash keeps without power.
package struct FlashState: Sendable, Equatable {
    /// The array; shorter means erased from there on.
    package var cells: [UInt8]
    /// SR1, SR2, SR3 (their non-volatile bits).
    package var statusRegisters: [UInt8]
    /// The three security registers of 256 bytes, one after the other.
    package var securityRegisters: [UInt8]

    package init(
        cells: [UInt8] = [], statusRegisters: [UInt8] = [0, 2, 0x60],
        securityRegisters: [UInt8] = Array(repeating: 0xFF, count: 768)
    ) {
        self.cells = cells
        self.statusRegisters = statusRegisters
        self.securityRegisters = securityRegisters
    }
}
