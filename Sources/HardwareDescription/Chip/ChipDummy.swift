// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Clocks between address and data that a register says.
package struct ChipDummy: Hashable, Sendable {
    package var field: ChipRegisterField
    /// By the field's value; one that is missing is the number itself.
    package var counts: [UInt8: UInt8]

    package func clocks(for contents: UInt8) -> UInt8 {
        let value = field.value(in: contents)
        return counts[value] ?? value
    }
}

extension ChipDummy {
    /// Values of a field of four bits are the most that are known.
    private static let values = (0...15).map(String.init)

    init(_ node: DefinitionNode) throws(DefinitionError) {
        let keys = try node.mapping(["register"], optional: ["bits", "bit", "default", "values"])
        let bits: ClosedRange<UInt32>
        if let bit = keys.optional("bit") {
            let place = UInt32(try bit.integer(in: 0...7))
            bits = place...place
        } else {
            bits = try keys["bits"].bits(below: 8)
        }
        var counts: [UInt8: UInt8] = [:]
        if let table = keys.optional("values") {
            let entries = try table.mapping([], optional: Self.values)
            for (value, name) in Self.values.enumerated() {
                guard let count = entries.optional(name) else { continue }
                counts[UInt8(value)] = UInt8(try count.integer(in: 0...64))
            }
        }
        self.init(field: ChipRegisterField(register: try keys["register"].text, bits: bits), counts: counts)
    }
}
