// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

extension UInt16: FieldValue {
    package init(fieldBits: UInt32) { self.init(truncatingIfNeeded: fieldBits) }
    package var fieldBits: UInt32 { UInt32(self) }
}

extension UInt32: FieldValue {
    package init(fieldBits: UInt32) { self = fieldBits }
    package var fieldBits: UInt32 { self }
}
