// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashController
import FlashLoader
import HardwareDescription

/// The external flash: what loader, board file and the flash itself say, and where they disagree.
package struct FlashFacts: Encodable, Sendable {
    /// What the loader says of it.
    package struct Loader: Encodable, Sendable {
        package let file: String
        /// As StorageInfo names the flash.
        package let flash: String
        package let start: String
        package let bytes: UInt64
    }
    /// The flash on one of the banks that the loader selected, or that the board has.
    package struct Bank: Encodable, Sendable {
        package let bank: Int
        package let answers: Bool
        /// The chip that the board file says is fitted.
        package let expectedChip: String?
        /// Manufacturer, type and capacity: `ef4018`.
        package let jedecID: String?
        /// The known parts that answer like this.
        package let chips: [String]?
        package let uniqueID: String?
        package let registers: [Register]?
        package let isProtected: Bool?
        /// The registers in words.
        package let status: String?
        package let sfdp: FlashParameters?
    }
    package struct Register: Encodable, Sendable {
        package let name: String
        package let value: String
    }
    /// What is erased and programmed, by the chip's file or what the chip says of itself.
    package struct Geometry: Encodable, Sendable {
        package let bytes: UInt64
        package let pageBytes: UInt32
        package let eraseBytes: [UInt32]
        /// Two chips as one memory, their bytes interleaved.
        package let isDual: Bool
    }
    /// Something in which board file, loader and flash differ, and how to mend it.
    package struct Disagreement: Encodable, Sendable {
        package let text: String
        package let remedy: String?
    }

    /// The board's file; absent where no board was named and the loader is not a board's.
    package let board: String?
    /// Absent for a board without one; then clocks and pins were set up by the board's file.
    package let loader: Loader?
    package let banks: [Bank]
    /// Absent where the chip is not known and does not describe itself.
    package let geometry: Geometry?
    package let disagreements: [Disagreement]
}

extension FlashFacts {
    init(_ found: FlashInspection, of bench: FlashBench) {
        let (loader, board) = (bench.loader, bench.board?.definition)
        self.init(
            found, on: board, loader: Loader(loader.flash, file: loader.fileName), chip: loader.chip,
            chips: loader.options.chips,
            disagreements: FlashDisagreements(found, of: loader, on: board).list)
    }

    /// Of a board without a loader.
    init(_ found: FlashInspection, on board: BoardDefinition, chips: ChipCatalog) {
        let fitted = found.fittedChip(expecting: board.banks.first?.flash.flatMap(chips.named))
        self.init(
            found, on: board, loader: nil, chip: board.mode == .dual ? fitted?.paired : fitted, chips: chips,
            disagreements: FlashDisagreements(found).list)
    }

    private init(
        _ found: FlashInspection, on board: BoardDefinition?, loader: Loader?, chip: FlashChipDefinition?,
        chips: ChipCatalog, disagreements: [Disagreement]
    ) {
        self.init(
            board: board?.title, loader: loader,
            banks: found.banks.map { number in
                let expected = board?.bank(number)?.flash.flatMap(chips.named)
                return Bank(number, found.chips.first { $0.bank == number }, expected: expected?.title)
            },
            geometry: chip.map {
                Geometry($0, isDual: loader == nil ? board?.mode == .dual : found.banks.count == 2)
            },
            disagreements: disagreements)
    }

    static let schema = Schema.object([
        .optional("board", .text(), "The board whose file is in use."),
        .optional(
            "loader",
            .object([
                .key("file", .text(), "The loader file."),
                .key("flash", .text(), "The flash as its StorageInfo names it."),
                .key("start", .address, "Where the flash is mapped."),
                .key("bytes", .count, "The flash's size by StorageInfo."),
            ]),
            "What the loader says; absent for a board without one, whose file then sets clocks and pins up."),
        .key(
            "banks", .list(of: Bank.schema),
            "The banks that the loader selected, or those of a board without one, and what answers there."),
        .optional(
            "geometry",
            .object([
                .key("bytes", .count, "The size; of both chips where they are one memory."),
                .key("pageBytes", .count, "What is programmed at once."),
                .key("eraseBytes", .list(of: .count), "The units that can be erased, smallest first."),
                .key("isDual", .flag, "Whether two chips are one memory, their bytes interleaved."),
            ]), "What is known of the flash by its file or its own parameters."),
        .key(
            "disagreements",
            .list(
                of: .object([
                    .key("text", .text(), "What differs."),
                    .optional("remedy", .text(), "How to mend it."),
                ])), "Where board file, loader and flash differ."),
    ])
}

extension FlashFacts.Loader {
    fileprivate init(_ flash: FlashStatement, file: String) {
        self.init(
            file: file, flash: flash.deviceName, start: flash.startAddress.hex, bytes: UInt64(flash.size))
    }
}

extension FlashFacts.Bank {
    init(_ bank: Int, _ chip: FlashInspection.Chip?, expected: String?) {
        self.init(
            bank: bank, answers: chip != nil, expectedChip: expected,
            jedecID: chip.map { Format.octets($0.id, separator: "") }, chips: chip?.candidates.map(\.title),
            uniqueID: chip?.unique.map { Format.octets($0, separator: "") },
            registers: chip?.status?.values.map {
                FlashFacts.Register(name: $0.name, value: $0.value.hex)
            },
            isProtected: chip?.status.map { !$0.protection.isEmpty }, status: chip?.status?.text,
            sfdp: chip?.parameters.map(FlashParameters.init))
    }

    fileprivate static let schema = Schema.object([
        .key("bank", .count, "1 or 2."),
        .key("answers", .flag, "Whether anything drives the lines; most keys below are left out if not."),
        .optional("expectedChip", .text(), "The chip that the board file says is fitted."),
        .optional("jedecID", .octets, "Manufacturer, type and capacity as the flash answers them."),
        .optional("chips", .list(of: .text()), "The known parts that answer like this."),
        .optional("uniqueID", .octets, "The flash's unique id, where its file says how to read it."),
        .optional(
            "registers",
            .list(
                of: .object([
                    .key("name", .text(), "As the chip's file names it."),
                    .key("value", .hexadecimal(digits: 2), "What it holds."),
                ])), "The registers that the chip's file says how to read."),
        .optional("isProtected", .flag, "Whether any of the array is protected against writing."),
        .optional("status", .text(), "The registers in words."),
        .optional("sfdp", FlashParameters.schema, "The serial flash discoverable parameters (JESD216)."),
    ])
}

extension FlashFacts.Geometry {
    init(_ chip: FlashChipDefinition, isDual: Bool) {
        self.init(
            bytes: UInt64(chip.size), pageBytes: chip.page, eraseBytes: chip.erases.map(\.size),
            isDual: isDual)
    }
}
