// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// What a loader's file claims of its flash.
package struct FlashStatement: Hashable, Sendable {
    /// The record in the file that says it; the raw value is the symbol's name.
    package enum Record: String, Hashable, Sendable {
        case storageInfo = "StorageInfo"
        case flashDevice = "FlashDevice"
    }
    /// The kind of memory, by number and name of the interface.
    package struct Kind: Hashable, Sendable {
        package var code: UInt16
        package var name: String
        /// Whether the kind itself says that the flash can be read like memory after Init.
        package var isReadAsMemory: Bool

        package init(code: UInt16, name: String, isReadAsMemory: Bool = false) {
            (self.code, self.name, self.isReadAsMemory) = (code, name, isReadAsMemory)
        }
    }
    package struct SectorGroup: Hashable, Sendable {
        package var count: UInt32
        /// Bytes.
        package var size: UInt32
        package init(count: UInt32, size: UInt32) { (self.count, self.size) = (count, size) }
    }

    package var record: Record
    package var deviceName: String
    package var kind: Kind
    package var startAddress: UInt32
    /// Bytes.
    package var size: UInt32
    package var pageSize: UInt32
    package var erasedValue: UInt8
    /// In address order.
    package var sectorGroups: [SectorGroup]
    /// The longest that programming a page and erasing a sector take, where the file says.
    package var programLimit: Duration?
    package var eraseLimit: Duration?

    package init(
        record: Record = .storageInfo, deviceName: String, kind: Kind, startAddress: UInt32, size: UInt32,
        pageSize: UInt32, erasedValue: UInt8, sectorGroups: [SectorGroup]
    ) {
        (self.record, self.deviceName, self.kind) = (record, deviceName, kind)
        (self.startAddress, self.size) = (startAddress, size)
        (self.pageSize, self.erasedValue, self.sectorGroups) = (pageSize, erasedValue, sectorGroups)
    }

    /// What keeps the description from being that of a serial NOR flash.
    package enum Problem: Hashable, Sendable {
        case noSize
        /// More bytes than there are addresses from the start on.
        case beyondAddresses
        case noSectors
        /// Erased cells are all ones: with another value every erase would look as if it had failed.
        case erasedValue(UInt8)
    }
    package var problem: Problem? {
        if size == 0 { return .noSize }
        if end > 1 << 32 { return .beyondAddresses }
        if sectorGroups.isEmpty { return .noSectors }
        return erasedValue == 0xFF ? nil : .erasedValue(erasedValue)
    }

    /// One past the last address, in 64 bits: what a file says need not fit.
    package var end: UInt64 { UInt64(startAddress) + UInt64(size) }
    /// Bytes that the sector table describes.
    package var describedSize: UInt64 {
        sectorGroups.reduce(0) { $0 &+ UInt64($1.count) &* UInt64($1.size) }
    }
    package var largestSector: UInt32 { sectorGroups.map(\.size).max() ?? 0 }

    /// A name from a file, without what a terminal would take for a command.
    static func printable(_ name: some Sequence<UInt8>) -> String {
        let text = String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
        return String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }))
    }
}
