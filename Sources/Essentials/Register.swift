// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// A 32-bit register whose bit fields are declared once, in ``Fields``.
package protocol Register: Sendable {
    /// A value whose stored properties are the register's fields, one each.
    associatedtype Fields: Sendable
    static var name: String { get }
    static var fields: Fields { get }
}

/// Access rights of a field, as the reference manual prints them.
package enum ReadWrite {}
package enum ReadOnly {}

/// The position and meaning of one bit field.
package struct Field<Value: FieldValue, Access>: Sendable {
    let lowBit: UInt32
    let width: UInt32

    package init(_ bits: ClosedRange<UInt32>) {
        precondition(bits.upperBound < 32, "field outside a 32-bit register")
        lowBit = bits.lowerBound
        width = bits.upperBound - bits.lowerBound + 1
    }
    package init(_ bit: UInt32) { self.init(bit...bit) }

    var mask: UInt32 { (width == 32 ? .max : (1 << width) &- 1) << lowBit }
}

/// A type that fits in a bit field.
package protocol FieldValue: Sendable {
    init(fieldBits: UInt32)
    var fieldBits: UInt32 { get }
}

extension Bool: FieldValue {
    package init(fieldBits: UInt32) { self = fieldBits != 0 }
    package var fieldBits: UInt32 { self ? 1 : 0 }
}
extension UInt8: FieldValue {
    package init(fieldBits: UInt32) { self.init(truncatingIfNeeded: fieldBits) }
    package var fieldBits: UInt32 { UInt32(self) }
}

/// A register's contents, read and written through its named fields.
@dynamicMemberLookup
package struct RegisterValue<Layout: Register>: Hashable, Sendable {
    package var rawValue: UInt32
    package init(rawValue: UInt32 = 0) { self.rawValue = rawValue }

    package subscript<Value>(dynamicMember field: KeyPath<Layout.Fields, Field<Value, ReadOnly>>) -> Value {
        get { read(Layout.fields[keyPath: field]) }
        // Spelled out so that the compiler names the mistake.
        @available(*, unavailable, message: "the field is read-only")
        set { preconditionFailure("the field is read-only") }
    }
    package subscript<Value>(dynamicMember field: KeyPath<Layout.Fields, Field<Value, ReadWrite>>) -> Value {
        get { read(Layout.fields[keyPath: field]) }
        set {
            let field = Layout.fields[keyPath: field]
            rawValue = (rawValue & ~field.mask) | ((newValue.fieldBits << field.lowBit) & field.mask)
        }
    }
    private func read<Value, Access>(_ field: Field<Value, Access>) -> Value {
        Value(fieldBits: (rawValue & field.mask) >> field.lowBit)
    }
}

extension RegisterValue: CustomStringConvertible {
    /// For logs and diagnostics: `CTRL/STAT=0xf0000040 {cdbgPwrUpAck: true, …}`.
    package var description: String {
        let parts = Mirror(reflecting: Layout.fields).children.compactMap { name, field -> String? in
            guard let name, let field = field as? any AnyField else { return nil }
            let bits = field.extract(rawValue)
            return bits == 0 ? nil : "\(name): \(bits)"
        }
        return "\(Layout.name)=0x\(String(rawValue, radix: 16)) {\(parts.joined(separator: ", "))}"
    }
}
private protocol AnyField { func extract(_ raw: UInt32) -> UInt32 }
extension Field: AnyField {
    func extract(_ raw: UInt32) -> UInt32 { (raw & mask) >> lowBit }
}
