// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashLoader
import HardwareDescription

/// The external flash: what loader, board file and the flash itself say.
package struct FlashFacts: Encodable, Sendable {
    package struct Parameters: Encodable, Sendable {
        package struct Erase: Encodable, Sendable {
            package let bytes: UInt64
            package let instruction: String
        }
        /// `1.6`.
        package let revision: String
        package let bytes: UInt64
        package let pageBytes: UInt32?
        package let erases: [Erase]
    }

    /// As the loader's StorageInfo names it.
    package let name: String
    package let start: String
    package let bytes: UInt64
    package let loader: String
    /// The chip that the board file says is fitted.
    package let chip: String?
    /// Manufacturer, type and capacity: `ef4018`.
    package let jedecID: String
    package let answers: Bool
    /// Whether the id is one of those that the board file's chip has; nil where there is none to compare.
    package let isExpectedChip: Bool?
    package let uniqueID: String?
    package let statusRegisters: [String]?
    package let isProtected: Bool?
    /// What the status registers say.
    package let status: String?
    package let sfdp: Parameters?
}

extension FlashFacts {
    init(_ identity: FlashIdentity, of bench: FlashBench) {
        let storage = bench.loader.image.storage
        let answers = !identity.isSilent
        self.init(
            name: storage.deviceName, start: storage.startAddress.hex, bytes: UInt64(storage.size),
            loader: bench.loader.image.fileName, chip: bench.chip?.title,
            jedecID: Format.octets(identity.jedec, separator: ""), answers: answers,
            isExpectedChip: answers ? bench.chip.map { $0.isIdentified(by: identity.jedec) } : nil,
            uniqueID: answers ? Format.octets(identity.unique, separator: "") : nil,
            statusRegisters: answers
                ? [identity.status.first, identity.status.second, identity.status.third].map(\.hex) : nil,
            isProtected: answers ? identity.status.protectsAnything : nil,
            status: answers ? identity.status.text : nil,
            sfdp: answers ? identity.parameters.map(Parameters.init) : nil)
    }

    static let schema = Schema.object([
        .key("name", .text(), "The flash as the loader's StorageInfo names it."),
        .key("start", .address, "Where it is mapped."),
        .key("bytes", .count, "Its size by StorageInfo."),
        .key("loader", .text(), "The loader file."),
        .optional("chip", .text(), "The chip that the board file says is fitted."),
        .key("jedecID", .octets, "Manufacturer, type and capacity as the flash answers them."),
        .key("answers", .flag, "Whether anything drives the lines; the keys below are left out if not."),
        .optional("isExpectedChip", .flag, "Whether the id is one that the board file's chip can have."),
        .optional("uniqueID", .octets, "The flash's unique id."),
        .optional(
            "statusRegisters", .list(of: .hexadecimal(digits: 2)), "The status registers, first to last."),
        .optional("isProtected", .flag, "Whether any of the array can be protected against writing."),
        .optional("status", .text(), "The status registers in words."),
        .optional("sfdp", Parameters.schema, "The serial flash discoverable parameters (JESD216)."),
    ])
}

extension FlashFacts.Parameters {
    init(_ parameters: DiscoverableParameters) {
        revision = "\(parameters.major).\(parameters.minor)"
        (bytes, pageBytes) = (parameters.size, parameters.page)
        erases = parameters.erases.map { Erase(bytes: $0.size, instruction: $0.instruction.hex) }
    }

    fileprivate static let schema = Schema.object([
        .key("revision", .text(pattern: "^[0-9]+\\.[0-9]+$"), "Of the basic parameter table."),
        .key("bytes", .count, "The size of the flash."),
        .optional("pageBytes", .count, "The page size; absent before JESD216A."),
        .key(
            "erases",
            .list(
                of: .object([
                    .key("bytes", .count, "What one erase takes."),
                    .key("instruction", .hexadecimal(digits: 2), "The opcode."),
                ])), "The sizes that can be erased."),
    ])
}
