// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Neighbouring bits of a register.
struct FlashField: Hashable, Sendable {
    /// Place in `FlashPart.registers`.
    var register: Int
    var shift: Int
    var width: Int

    var mask: UInt16 { UInt16(truncatingIfNeeded: (1 << width - 1) << shift) }
    @inline(__always) func value(in values: [UInt16]) -> Int {
        Int(values[register] & mask) >> shift
    }
}

/// A bit of a register, and which of its values means yes.
struct FlashFlag: Hashable, Sendable {
    var register: Int
    var mask: UInt16
    /// Yes is 0.
    var isInverted = false

    @inline(__always) func isSet(in values: [UInt16]) -> Bool {
        (values[register] & mask != 0) != isInverted
    }
    func set(_ isOn: Bool, in values: inout [UInt16]) {
        if isOn != isInverted { values[register] |= mask } else { values[register] &= ~mask }
    }
}
