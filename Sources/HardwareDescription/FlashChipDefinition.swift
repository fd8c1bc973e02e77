// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// A flash chip as data: what one file of `Config/flash/` says.
///
///     schema: 1
///     name: w25q128jv
///     title: text for people
///     jedec: [[0xef, 0x40, 0x18], …]     # answers to 9Fh that are this chip
///     size: 16 MiB
///     page: 256
///     times:                             # from the data sheet, in milliseconds
///       page-program: {typical: 0.4, maximum: 3}
///       erase:
///         - {size: 4 KiB, typical: 45, maximum: 400}
///       chip-erase: {typical: 40000, maximum: 200000}
package struct FlashChipDefinition: Hashable, Sendable {
    package struct Time: Hashable, Sendable {
        package var typical: Duration, maximum: Duration
    }
    package struct Erase: Hashable, Sendable {
        /// Bytes.
        package var size: UInt32
        package var time: Time
    }

    package var name: String
    package var title: String
    package var identifications: [[UInt8]]
    /// Bytes.
    package var size: UInt32
    package var page: UInt32
    package var pageProgram: Time
    package var erases: [Erase]
    package var chipErase: Time
}

extension FlashChipDefinition {
    /// Reads one chip file.
    ///
    /// `file` is only for messages.
    package init(yaml text: String, file: String) throws(DefinitionError) {
        let top = try DefinitionNode(text: text, file: file)
            .mapping(["schema", "name", "title", "jedec", "size", "page", "times"])
        _ = try top["schema"].integer(in: 1...1)
        name = try top["name"].text
        title = try top["title"].text
        identifications = []
        for entry in try top["jedec"].list() {
            var bytes: [UInt8] = []
            for byte in try entry.list(upTo: 3) { bytes.append(UInt8(try byte.integer(in: 0...255))) }
            guard bytes.count == 3 else { throw entry.failure(.wrongType(expected: "three bytes")) }
            identifications.append(bytes)
        }
        size = try Self.bytes(top["size"])
        page = try Self.bytes(top["page"])
        let times = try top["times"].mapping(["page-program", "erase", "chip-erase"])
        pageProgram = try Time(times["page-program"])
        chipErase = try Time(times["chip-erase"])
        erases = []
        for entry in try times["erase"].list() {
            let keys = try entry.mapping(["size", "typical", "maximum"])
            erases.append(Erase(size: try Self.bytes(keys["size"]), time: try Time(keys, at: entry)))
        }
    }

    private static func bytes(_ node: DefinitionNode) throws(DefinitionError) -> UInt32 {
        guard let value = UInt32(exactly: try node.size()) else {
            throw node.failure(.outOfRange(value: try node.text, allowed: "less than 4 GiB"))
        }
        return value
    }
}

extension FlashChipDefinition.Time {
    /// No flash takes longer for anything.
    private static let limit = 0.001...3_600_000

    init(_ node: DefinitionNode) throws(DefinitionError) {
        self = try Self(node.mapping(["typical", "maximum"]), at: node)
    }

    init(_ keys: DefinitionMapping, at node: DefinitionNode) throws(DefinitionError) {
        let typical = try keys["typical"].decimal(in: Self.limit),
            maximum = try keys["maximum"].decimal(in: Self.limit)
        guard typical <= maximum else {
            throw keys["maximum"].failure(.outOfRange(value: "\(maximum)", allowed: "at least \(typical)"))
        }
        self.init(typical: .seconds(typical / 1000), maximum: .seconds(maximum / 1000))
    }
}
