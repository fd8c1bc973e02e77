// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// Offsets of the QUADSPI registers (RM0399 §24.5).
package enum QuadSPIOffset {
    package static let control: UInt32 = 0x00
    package static let device: UInt32 = 0x04
    package static let status: UInt32 = 0x08
    package static let flagClear: UInt32 = 0x0C
    package static let dataLength: UInt32 = 0x10
    package static let communication: UInt32 = 0x14
    package static let address: UInt32 = 0x18
    package static let alternateBytes: UInt32 = 0x1C
    package static let data: UInt32 = 0x20
    /// The registers from CR to ABR, which can be read without effect.
    package static let readable = 8
}

/// QUADSPI_CR.
package enum QuadSPIControl: Register {
    package static let name = "QUADSPI_CR"
    package static let fields = Fields()
    package struct Fields: Sendable {
        /// Kernel clock divided by this and one more.
        package let prescaler = Field<UInt8, ReadWrite>(24...31)
        package let automaticPollStop = Field<Bool, ReadWrite>(22)
        package let fifoThreshold = Field<UInt8, ReadWrite>(8...12)
        /// FSEL: bank 2.
        package let selectsBank2 = Field<Bool, ReadWrite>(7)
        package let dualFlash = Field<Bool, ReadWrite>(6)
        package let sampleShift = Field<Bool, ReadWrite>(4)
        package let abort = Field<Bool, ReadWrite>(1)
        package let enable = Field<Bool, ReadWrite>(0)
    }
}

/// QUADSPI_DCR.
package enum QuadSPIDevice: Register {
    package static let name = "QUADSPI_DCR"
    package static let fields = Fields()
    package struct Fields: Sendable {
        /// FSIZE: 2^(n+1) bytes.
        package let size = Field<UInt8, ReadWrite>(16...20)
        package let selectHighTime = Field<UInt8, ReadWrite>(8...10)
        package let clockMode = Field<Bool, ReadWrite>(0)
    }
}

/// QUADSPI_SR.
package enum QuadSPIStatus: Register {
    package static let name = "QUADSPI_SR"
    package static let fields = Fields()
    package struct Fields: Sendable {
        package let fifoLevel = Field<UInt8, ReadOnly>(8...13)
        package let isBusy = Field<Bool, ReadOnly>(5)
        package let timeout = Field<Bool, ReadOnly>(4)
        package let statusMatch = Field<Bool, ReadOnly>(3)
        package let fifoThreshold = Field<Bool, ReadOnly>(2)
        package let transferComplete = Field<Bool, ReadOnly>(1)
        package let transferError = Field<Bool, ReadOnly>(0)
    }
}

/// QUADSPI_CCR.
package enum QuadSPICommunication: Register {
    package static let name = "QUADSPI_CCR"
    package static let fields = Fields()
    package struct Fields: Sendable {
        /// DDRM: address, alternate bytes and data go on both edges of the clock.
        package let isDoubleRate = Field<Bool, ReadWrite>(31)
        /// DHHC: outputs change a quarter of a clock behind the edge, not by an analog delay.
        package let delaysByQuarter = Field<Bool, ReadWrite>(30)
        /// SIOO: the instruction goes with the first access only, so that the flash is left waiting for an address.
        package let sendsInstructionOnce = Field<Bool, ReadWrite>(28)
        package let functionalMode = Field<QuadSPIMode, ReadWrite>(26...27)
        package let dataLines = Field<UInt8, ReadWrite>(24...25)
        package let dummyCycles = Field<UInt8, ReadWrite>(18...22)
        /// Bytes, less one, and lines.
        package let alternateSize = Field<UInt8, ReadWrite>(16...17)
        package let alternateLines = Field<UInt8, ReadWrite>(14...15)
        package let addressSize = Field<UInt8, ReadWrite>(12...13)
        package let addressLines = Field<UInt8, ReadWrite>(10...11)
        package let instructionLines = Field<UInt8, ReadWrite>(8...9)
        package let instruction = Field<UInt8, ReadWrite>(0...7)
    }
}

/// CCR.FMODE.
package enum QuadSPIMode: UInt32, FieldValue {
    case indirectWrite = 0, indirectRead, automaticPolling, memoryMapped

    package init(fieldBits: UInt32) {
        switch fieldBits {
        case 1: self = .indirectRead
        case 2: self = .automaticPolling
        case 3: self = .memoryMapped
        default: self = .indirectWrite
        }
    }
    package var fieldBits: UInt32 { rawValue }
}
