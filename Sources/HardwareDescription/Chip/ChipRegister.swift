// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// A status or configuration register of a flash.
package struct ChipRegister: Hashable, Sendable {
    /// Such as SR1 or FSR.
    package var name: String
    /// The opcode that reads it; nil where only its writes are known.
    package var read: UInt8?
    /// Bytes; the lower one comes first.
    package var width = 1
    /// As it leaves the factory.
    package var factory: UInt16
    /// Bits that a write changes for good.
    package var nonVolatile: UInt16
    /// Bits that a write changes until the supply falls or the part is reset.
    package var volatile: UInt16
    /// Bits that can be set and never cleared.
    package var oneTime: UInt16
}

/// An opcode that writes one register or several.
package struct ChipRegisterWrite: Hashable, Sendable {
    package enum FewerBytes: String, CaseIterable, Hashable, Sendable {
        /// Registers whose bytes are not sent stay as they are.
        case keep
        /// They are cleared.
        case clear
    }
    package var opcode: UInt8
    /// In the order of the bytes.
    package var registers: [String]
    package var needsWriteEnable: Bool
    package var fewerBytes: FewerBytes?
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

/// Latched error bits.
package struct ChipFailures: Hashable, Sendable {
    package enum Meaning: String, CaseIterable, Hashable, Sendable {
        case erase, program, protection
    }
    package struct Bit: Hashable, Sendable {
        package var condition: ChipRegisterBit
        package var meaning: Meaning
    }
    /// The opcode that clears them.
    package var clear: UInt8?
    package var bits: [Bit]
}

/// What enables the instructions on four lines.
package struct ChipQuadEnable: Hashable, Sendable {
    package var condition: ChipRegisterBit
    /// The quad enable requirements' code of JESD216 (basic parameter table, 15th word, bits 22:20).
    package var requirement: UInt8?
    /// The bit cannot be changed.
    package var isFixed: Bool
}
