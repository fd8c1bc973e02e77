// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// Offsets of the QUADSPI registers that bring-up needs (RM0399 §24.5).
enum QuadSPIOffset {
    static let control: UInt32 = 0x00
    static let status: UInt32 = 0x08
    static let communication: UInt32 = 0x14
}

/// QUADSPI_CR.
enum QuadSPIControl: Register {
    static let name = "QUADSPI_CR"
    static let fields = Fields()
    struct Fields: Sendable {
        let abort = Field<Bool, ReadWrite>(1)
        let enable = Field<Bool, ReadWrite>(0)
    }
}

/// QUADSPI_SR.
enum QuadSPIStatus: Register {
    static let name = "QUADSPI_SR"
    static let fields = Fields()
    struct Fields: Sendable {
        let isBusy = Field<Bool, ReadOnly>(5)
    }
}

/// QUADSPI_CCR.
enum QuadSPICommunication: Register {
    static let name = "QUADSPI_CCR"
    static let fields = Fields()
    struct Fields: Sendable {
        /// FMODE.
        let mode = Field<UInt8, ReadWrite>(26...27)
    }
    static let memoryMapped: UInt8 = 3
}
