// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import HardwareDescription

/// One flash part as its file describes it.
package struct FlashPartReport: JobReport {
    package struct Erase: Encodable, Sendable {
        package let bytes: UInt64
        package let instruction: String
        package let typicalSeconds: Double
        package let maximumSeconds: Double
    }
    package let name: String
    package let title: String
    package let origin: String
    package let jedecIDs: [String]
    package let bytes: UInt64
    package let dies: Int
    package let pageBytes: UInt64
    package let erases: [Erase]
    package let registers: [String]
    package let quadEnable: String?
    package let minimumVolts: Double?
    package let maximumVolts: Double?
    package let maximumClockHertz: UInt64?
    package let variants: [String]
    package let unknown: [String]
    package let sources: [String]

    package init(_ library: ConfigurationLibrary, named text: String) throws(WorkbenchError) {
        let entry = try library.entry(.flash, text)
        let chip = try library.chip(entry)
        (name, title, origin) = (entry.name, chip.title, entry.label)
        jedecIDs = chip.identifications.map { Format.octets($0, separator: "") }
        (bytes, dies, pageBytes) = (UInt64(chip.size), chip.dies, UInt64(chip.page))
        erases = chip.erases.map {
            Erase(
                bytes: UInt64($0.size), instruction: $0.opcode.hex,
                typicalSeconds: $0.time.typical.reportedSeconds,
                maximumSeconds: $0.time.maximum.reportedSeconds)
        }
        registers = chip.registers.map(\.name)
        quadEnable = chip.quadEnable.map { "\($0.condition.register) bit \($0.condition.bit)" }
        (minimumVolts, maximumVolts) = (chip.supply?.lowerBound, chip.supply?.upperBound)
        maximumClockHertz = chip.clock.map { UInt64($0.maximum.rawValue) }
        (variants, unknown, sources) = (chip.variants, chip.unknown, chip.sources)
    }

    package static let schema = Schema.object([
        .key("name", .text(), "What board files name it."),
        .key("title", .text(), "Maker and part."),
        .key("origin", .text(), "A path, or that it is built in."),
        .key("jedecIDs", .list(of: .octets), "Answers to 9Fh that are this part."),
        .key("bytes", .count, "Its size, all dies together."),
        .key("dies", .count, "Dies behind one chip select."),
        .key("pageBytes", .count, "The largest program."),
        .key(
            "erases",
            .list(
                of: .object([
                    .key("bytes", .count, "What one erase takes."),
                    .key("instruction", .hexadecimal(digits: 2), "The opcode."),
                    .key("typicalSeconds", .number, "What it takes, by the data sheet."),
                    .key("maximumSeconds", .number, "What it takes at most."),
                ])), "The units that can be erased, smallest first."),
        .key("registers", .list(of: .text()), "Status and configuration registers."),
        .optional(
            "quadEnable", .text(), "Where quad instructions are allowed; absent where nothing has to be."),
        .optional("minimumVolts", .number, "The least supply."),
        .optional("maximumVolts", .number, "The highest supply."),
        .optional("maximumClockHertz", .count, "The fastest clock."),
        .key("variants", .list(of: .text()), "Parts that may be fitted in its place."),
        .key("unknown", .list(of: .text()), "Keys that could not be had."),
        .key("sources", .list(of: .text()), "The data sheets."),
    ])
}
