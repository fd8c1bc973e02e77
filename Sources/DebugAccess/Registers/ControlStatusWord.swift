// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import DebugProbe
package import Essentials

/// CSW, how a MEM-AP makes its bus accesses (ADIv5.2 §C2.6.4; HPROT as in the Cortex-M7 TRM, DDI 0489 §2.3).
package enum ControlStatusWord: Register {
    package static let name = "CSW"
    package static let fields = Fields()

    package struct Fields: Sendable {
        /// On the H7's APB-AP, 0 takes the system debug bus away from the cores until a power cycle.
        package let softwareAccess = Field<Bool, ReadWrite>(31)
        /// HPROT[3]: looks the M7's data cache up.
        package let cacheable = Field<Bool, ReadWrite>(27)
        package let privileged = Field<Bool, ReadWrite>(25)
        /// Data rather than instruction.
        package let isData = Field<Bool, ReadWrite>(24)
        package let mode = Field<UInt8, ReadWrite>(8...11)
        package let transferInProgress = Field<Bool, ReadOnly>(7)
        package let deviceEnabled = Field<Bool, ReadOnly>(6)
        package let increment = Field<AddressIncrement, ReadWrite>(4...5)
        package let size = Field<AccessSize, ReadWrite>(0...2)
    }

    package enum AddressIncrement: FieldValue, Hashable {
        case off, single, packed, reserved
        package init(fieldBits: UInt32) {
            self = [.off, .single, .packed, .reserved][Int(fieldBits & 3)]
        }
        package var fieldBits: UInt32 {
            switch self {
            case .off: 0
            case .single: 1
            case .packed: 2
            case .reserved: 3
            }
        }
    }

    package enum AccessSize: FieldValue, Hashable {
        case byte, halfword, word
        /// 64 bits and wider.
        case larger(UInt8)
        package init(fieldBits: UInt32) {
            self =
                switch fieldBits {
                case 0: .byte
                case 1: .halfword
                case 2: .word
                default: .larger(UInt8(truncatingIfNeeded: fieldBits))
                }
        }
        package var fieldBits: UInt32 {
            switch self {
            case .byte: 0
            case .halfword: 1
            case .word: 2
            case .larger(let bits): UInt32(bits)
            }
        }
        package init(_ width: AccessWidth) {
            self =
                switch width {
                case .byte: .byte
                case .halfword: .halfword
                case .word: .word
                }
        }
    }
}

extension RegisterValue<ControlStatusWord> {
    /// The same attributes with a width and an increment mode.
    func with(_ width: AccessWidth, _ increment: ControlStatusWord.AddressIncrement) -> Self {
        var value = self
        value.size = .init(width)
        value.increment = increment
        return value
    }
}
