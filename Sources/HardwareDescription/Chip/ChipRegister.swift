// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// A status or configuration register of a flash.
package struct ChipRegister: Hashable, Sendable {
    /// Such as SR1 or FSR.
    package var name: String
    /// The opcode that reads it alone; nil where there is none.
    package var read: UInt8?
    /// Bytes.
    package var width = 1
    /// As it leaves the factory; the low byte.
    package var factory: UInt8 = 0
}

/// An instruction that writes registers, one byte each, in their order.
package struct ChipRegisterWrite: Hashable, Sendable {
    package var opcode: UInt8
    package var registers: [String]
}

/// A bit of a register and the value that means yes.
package struct ChipRegisterBit: Hashable, Sendable {
    package var register: String
    package var bit: UInt32
    /// 0 or 1.
    package var value: UInt8

    /// Whether `contents` of the register mean yes.
    package func isSet(in contents: UInt8) -> Bool { contents >> bit & 1 == value }
}

/// Neighbouring bits of a register.
package struct ChipRegisterField: Hashable, Sendable {
    package var register: String
    package var bits: ClosedRange<UInt32>

    package func value(in contents: UInt8) -> UInt8 {
        contents >> bits.lowerBound & UInt8(truncatingIfNeeded: (1 << UInt32(bits.count)) - 1)
    }
}

/// A latched error bit.
package struct ChipFailure: Hashable, Sendable {
    package enum Meaning: String, CaseIterable, Hashable, Sendable {
        case erase, program, protection
    }
    package var condition: ChipRegisterBit
    package var meaning: Meaning
}

/// What enables the instructions on four lines.
package struct ChipQuadEnable: Hashable, Sendable {
    package var condition: ChipRegisterBit
    /// The quad enable requirements' code of JESD216 (basic parameter table, 15th word, bits 22:20).
    package var requirement: UInt8?
    /// The bit cannot be changed.
    package var isFixed: Bool
}
