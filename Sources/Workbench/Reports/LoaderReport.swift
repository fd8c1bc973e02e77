// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import FlashLoader

/// What a loader file says.
package struct LoaderReport: JobReport, PartialReport {
    package struct SectorGroup: Encodable, Sendable {
        package let count: UInt32
        package let bytes: UInt32
    }
    /// The loader's StorageInfo.
    package struct Storage: Encodable, Sendable {
        /// The symbol of the record.
        package let record: String
        package let name: String
        package let type: String
        package let typeCode: UInt16
        package let start: String
        package let bytes: UInt32
        package let pageBytes: UInt32
        package let erasedValue: String
        package let sectors: [SectorGroup]
    }
    package struct EntryPoint: Encodable, Sendable {
        package let name: String
        /// Nil when the loader has none.
        package let address: String?
    }

    /// The most stack that an entry point takes, by the machine code.
    package struct Stack: Encodable, Sendable {
        package let entry: String
        /// At least, on the deepest way through calls that are known.
        package let bytes: Int
        /// The functions on that way, outermost first.
        package let path: [String]
        /// Whether no way takes more.
        package let isBound: Bool
        package let recursion: [String]
        package let indirectCalls: [String]
        package let unknown: [String]
    }

    package let file: String
    package let format: String
    /// Runs at any address; those below are as linked.
    package let isPositionIndependent: Bool
    package let stack: [Stack]
    package let storage: Storage
    package let entryPoints: [EntryPoint]
    /// What is loaded into RAM, zeros included.
    package let loaded: [RangeReport]
    /// What of it are zeros that the file does not hold.
    package let zeroed: [RangeReport]
    package let warnings: [String]
    /// Why it cannot be used.
    package let failure: WorkbenchError?

    private enum CodingKeys: CodingKey {
        case file, format, isPositionIndependent, storage, entryPoints, loaded, zeroed, stack, warnings
    }
}

extension LoaderReport {
    init(
        _ loader: LoaderFile, path: String, findings: [LintFinding], failure: WorkbenchError?
    ) {
        self.init(
            file: path, format: loader.abi.format.rawValue,
            isPositionIndependent: loader.program.isPositionIndependent,
            stack: loader.stackEstimates.map(Stack.init), storage: Storage(loader.flash),
            entryPoints: loader.abi.functions.map {
                EntryPoint(name: $0.rawValue, address: loader.program.entry(of: $0)?.hex)
            },
            loaded: loader.program.pieces.map {
                RangeReport(start: $0.address, bytes: UInt64($0.bytes.count))
            },
            zeroed: loader.program.zeroFilled.filter { !$0.isEmpty }.map {
                RangeReport(start: UInt32(truncatingIfNeeded: $0.lowerBound), bytes: UInt64($0.count))
            },
            warnings: findings.map { "\($0.text) [\($0.code)]" }
                + loader.program.warnings.compactMap(\.remark),
            failure: failure)
    }

    package static let schema = Schema.object([
        .key("file", .text(), "The loader file."),
        .key("format", .word(LoaderFormat.allCases.map(\.rawValue)), "Whose interface it has."),
        .key("isPositionIndependent", .flag, "Whether it runs at any address; addresses are as linked."),
        .key("storage", Storage.schema, "What the file says of its flash."),
        .key(
            "entryPoints",
            .list(
                of: .object([
                    .key("name", .text(), "The function."),
                    .optional("address", .address, "Where it is; absent when the loader has none."),
                ])), "The functions of a loader."),
        .key("loaded", .list(of: RangeReport.schema), "What goes into RAM, zeros included."),
        .key("zeroed", .list(of: RangeReport.schema), "What of it are zeros that the file does not hold."),
        .key(
            "stack",
            .list(
                of: .object([
                    .key("entry", .text(), "The entry point."),
                    .key("bytes", .count, "What it takes at least, with all that it calls."),
                    .key("path", .list(of: .text()), "The functions on the deepest way, outermost first."),
                    .key("isBound", .flag, "Whether no way takes more."),
                    .key("recursion", .list(of: .text()), "Functions in circles of calls."),
                    .key("indirectCalls", .list(of: .text()), "Functions that call what run time tells."),
                    .key("unknown", .list(of: .text()), "Functions whose stack the code does not tell."),
                ])), "The stack by the machine code."),
        .key(
            "warnings", .list(of: .text()),
            "What `loader check` finds in the file, with its codes, and what is unusual about it."),
    ])
}

extension LoaderReport.Stack {
    init(_ entry: String, _ estimate: StackEstimate) {
        self.init(
            entry: entry, bytes: estimate.bytes, path: estimate.path, isBound: estimate.isBound,
            recursion: estimate.recursion, indirectCalls: estimate.indirect, unknown: estimate.unknown)
    }
}

extension LoaderReport.Storage {
    init(_ storage: FlashStatement) {
        record = storage.record.rawValue
        (name, type, typeCode) = (storage.deviceName, storage.kind.name, storage.kind.code)
        (start, bytes, pageBytes) = (storage.startAddress.hex, storage.size, storage.pageSize)
        erasedValue = storage.erasedValue.hex
        sectors = storage.sectorGroups.map { LoaderReport.SectorGroup(count: $0.count, bytes: $0.size) }
    }

    static let schema = Schema.object([
        .key("record", .word(["StorageInfo", "FlashDevice"]), "The symbol that says it."),
        .key("name", .text(), "The device name."),
        .key("type", .text(), "The device type by name."),
        .key("typeCode", .count, "The device type as stored."),
        .key("start", .address, "Where the flash is mapped."),
        .key("bytes", .count, "Its size."),
        .key("pageBytes", .count, "Its page size."),
        .key("erasedValue", .hexadecimal(digits: 2), "What an erased byte reads as."),
        .key(
            "sectors",
            .list(
                of: .object([
                    .key("count", .count, "How many."), .key("bytes", .count, "Size of each."),
                ])), "Groups of equal sectors, in address order."),
    ])
}
