// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// StorageInfo: what the loader says about its flash.
package struct StorageInfo: Hashable, Sendable {
    package var deviceName: String
    package var deviceType: UInt16
    package var startAddress: UInt32
    /// Bytes.
    package var size: UInt32
    package var pageSize: UInt32
    package var erasedValue: UInt8
    /// In address order.
    package var sectorGroups: [SectorGroup]

    package struct SectorGroup: Hashable, Sendable {
        package var count: UInt32
        /// Bytes.
        package var size: UInt32
        package init(count: UInt32, size: UInt32) { (self.count, self.size) = (count, size) }
    }

    package init(
        deviceName: String, deviceType: UInt16, startAddress: UInt32, size: UInt32, pageSize: UInt32,
        erasedValue: UInt8, sectorGroups: [SectorGroup]
    ) {
        (self.deviceName, self.deviceType, self.startAddress, self.size) =
            (deviceName, deviceType, startAddress, size)
        (self.pageSize, self.erasedValue, self.sectorGroups) = (pageSize, erasedValue, sectorGroups)
    }

    /// Bytes of the full record: a name of 100, five fields with their padding, ten pairs of count and size.
    package static let encodedSize = 200
    private static let nameSize = 100
    private static let groupLimit = 10

    /// Decodes ST's record (Dev_Inf.h); one that ends after some of the pairs is complete up to there.
    package init(_ bytes: [UInt8]) throws(TruncatedBytes) {
        var reader = ByteReader(bytes.span)
        let name = try reader.readBytes(Self.nameSize).prefix { $0 != 0 }
        // What a terminal would take for a command is no part of a name.
        deviceName = String(
            String.UnicodeScalarView(
                String(decoding: name, as: UTF8.self).unicodeScalars.map { scalar in
                    scalar.properties.generalCategory == .control ? "\u{FFFD}" : scalar
                }))
        deviceType = try reader.read()
        _ = try reader.read(UInt16.self)
        startAddress = try reader.read()
        size = try reader.read()
        pageSize = try reader.read()
        erasedValue = try reader.read()
        _ = try reader.readBytes(3)
        sectorGroups = []
        while sectorGroups.count < Self.groupLimit, reader.remaining >= 8 {
            let group = SectorGroup(count: try reader.read(), size: try reader.read())
            if group.count == 0 || group.size == 0 { break }
            sectorGroups.append(group)
        }
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

    /// ST's name of the device type.
    package var deviceTypeName: String {
        switch deviceType {
        case 1: "MCU_FLASH"
        case 2: "NAND_FLASH"
        case 3: "NOR_FLASH"
        case 4: "SRAM"
        case 5: "PSRAM"
        case 6: "PC_CARD"
        case 7: "SPI_FLASH"
        case 8: "I2C_FLASH"
        case 9: "SDRAM"
        case 10: "I2C_EEPROM"
        default: "type \(deviceType)"
        }
    }
}
