// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// What a part of a JSON document holds.
///
/// Written beside the type that is encoded, published as JSON Schema by `extflash schema`, and held against every
/// document that the tests produce.
package indirect enum Schema: Sendable {
    /// Any text; with a pattern as ECMA 262 has it.
    case text(pattern: String? = nil)
    /// One of these words.
    case word([String])
    case flag
    /// A whole number from 0 up.
    case count
    case number
    case list(of: Schema)
    case object([Property])
    /// An object with keys of any name.
    case map(of: Schema)

    package struct Property: Sendable {
        package let name: String
        package let schema: Schema
        /// One sentence for who reads the schema.
        package let about: String
        let isOptional: Bool

        package static func key(_ name: String, _ schema: Schema, _ about: String) -> Property {
            Property(name: name, schema: schema, about: about, isOptional: false)
        }
        /// A key that is left out where there is nothing to say.
        package static func optional(_ name: String, _ schema: Schema, _ about: String) -> Property {
            Property(name: name, schema: schema, about: about, isOptional: true)
        }
    }

    /// `0x90000000`.
    package static let address = hexadecimal(digits: 8)
    /// As many digits as the register or value has.
    package static func hexadecimal(digits: Int) -> Schema { .text(pattern: "^0x[0-9a-f]{\(digits)}$") }
    /// Bytes in the order in which they came: `ef4018`.
    package static let octets = Schema.text(pattern: "^([0-9a-f]{2})*$")

    /// As JSON Schema, draft 2020-12.
    var json: JSONValue {
        switch self {
        case .text(nil): ["type": "string"]
        case .text(let pattern?): ["type": "string", "pattern": .string(pattern)]
        case .word(let words): ["type": "string", "enum": .array(words.map(JSONValue.string))]
        case .flag: ["type": "boolean"]
        case .count: ["type": "integer", "minimum": 0]
        case .number: ["type": "number"]
        case .list(let element): ["type": "array", "items": element.json]
        case .map(let element): ["type": "object", "additionalProperties": element.json]
        case .object(let properties): .object(Self.json(properties))
        }
    }

    private static func json(_ properties: [Property]) -> [String: JSONValue] {
        var described: [String: JSONValue] = [:]
        for property in properties {
            guard case .object(var keys) = property.schema.json else { continue }
            keys["description"] = .string(property.about)
            described[property.name] = .object(keys)
        }
        let required = properties.filter { !$0.isOptional }.map { JSONValue.string($0.name) }
        return ["type": "object", "properties": .object(described), "required": .array(required)]
    }
}
