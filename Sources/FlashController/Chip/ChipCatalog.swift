// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import HardwareDescription

/// The parts that are known: those that a board's file names, and all others, which are read when they are needed.
package struct ChipCatalog: Sendable {
    private let expected: [FlashChipDefinition]
    private let others: @Sendable () -> [FlashChipDefinition]

    /// `others` is asked only for a flash that is none of `expected`.
    package init(
        _ expected: [FlashChipDefinition] = [],
        others: @escaping @Sendable () -> [FlashChipDefinition] = { [] }
    ) {
        (self.expected, self.others) = (expected, others)
    }

    /// One of those that the board's file names.
    package func named(_ name: String) -> FlashChipDefinition? { expected.first { $0.name == name } }

    /// The parts that answer 9Fh like this, where some send more bytes than three.
    func parts(answering answer: [UInt8]) -> [FlashChipDefinition] {
        let fitting = Self.parts(answering: answer, among: expected)
        return fitting.isEmpty ? Self.parts(answering: answer, among: others()) : fitting
    }

    /// A part that sends more bytes is told from one that does not by them.
    private static func parts(
        answering answer: [UInt8], among chips: [FlashChipDefinition]
    ) -> [FlashChipDefinition] {
        let fitting = chips.filter { $0.isIdentified(by: answer) }
        let extended = fitting.filter {
            !$0.identificationExtension.isEmpty
                && answer.dropFirst(3).starts(with: $0.identificationExtension)
        }
        return extended.isEmpty ? fitting.filter(\.identificationExtension.isEmpty) : extended
    }
}
