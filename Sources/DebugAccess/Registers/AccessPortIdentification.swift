// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// IDR, access port identification (ADIv5.2 §C2.6.5).
package enum AccessPortIdentification: Register {
    package static let name = "IDR"
    package static let fields = Fields()

    package struct Fields: Sendable {
        package let revision = Field<UInt8, ReadOnly>(28...31)
        /// JEP106 continuation (4 bits) and identity (7 bits): 0x23B is Arm.
        package let designer = Field<UInt16, ReadOnly>(17...27)
        package let portClass = Field<AccessPortClass, ReadOnly>(13...16)
        package let variant = Field<UInt8, ReadOnly>(4...7)
        package let bus = Field<AccessPortBus, ReadOnly>(0...3)
    }
}

/// What kind of AP it is (ADIv5.2 table C2-8).
package enum AccessPortClass: FieldValue, Hashable {
    case none, communication, memory
    case other(UInt8)

    package init(fieldBits: UInt32) {
        self =
            switch fieldBits {
            case 0: .none
            case 1: .communication
            case 8: .memory
            default: .other(UInt8(truncatingIfNeeded: fieldBits))
            }
    }
    package var fieldBits: UInt32 {
        switch self {
        case .none: 0
        case .communication: 1
        case .memory: 8
        case .other(let bits): UInt32(bits)
        }
    }
}

/// The bus behind a MEM-AP (ADIv5.2 table C2-9).
package enum AccessPortBus: FieldValue, Hashable {
    case jtag, ahb3, apb, axi, ahb5, apb4, axi5
    case other(UInt8)

    package init(fieldBits: UInt32) {
        self =
            switch fieldBits {
            case 0: .jtag
            case 1: .ahb3
            case 2: .apb
            case 4: .axi
            case 5: .ahb5
            case 6: .apb4
            case 7: .axi5
            default: .other(UInt8(truncatingIfNeeded: fieldBits))
            }
    }
    package var fieldBits: UInt32 {
        switch self {
        case .jtag: 0
        case .ahb3: 1
        case .apb: 2
        case .axi: 4
        case .ahb5: 5
        case .apb4: 6
        case .axi5: 7
        case .other(let bits): UInt32(bits)
        }
    }

    /// APBs move whole words only.
    var isWordOnly: Bool { self == .apb || self == .apb4 }
}
