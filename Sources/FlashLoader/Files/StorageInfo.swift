// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// ST's record of a loader's flash, the symbol StorageInfo (Dev_Inf.h).
enum StorageInfo {
    /// Bytes of the full record: a name of 100, five fields with their padding, ten pairs of count and size.
    static let encodedSize = 200
    private static let nameSize = 100
    private static let groupLimit = 10

    /// Decodes the record; one that ends after some of the pairs is complete up to there.
    static func decode(_ bytes: [UInt8]) throws(TruncatedBytes) -> FlashStatement {
        var reader = ByteReader(bytes.span)
        let name = FlashStatement.printable(try reader.readBytes(nameSize))
        let type: UInt16 = try reader.read()
        _ = try reader.read(UInt16.self)
        let start: UInt32 = try reader.read()
        let size: UInt32 = try reader.read()
        let page: UInt32 = try reader.read()
        let erased: UInt8 = try reader.read()
        _ = try reader.readBytes(3)
        var groups: [FlashStatement.SectorGroup] = []
        while groups.count < groupLimit, reader.remaining >= 8 {
            let group = FlashStatement.SectorGroup(count: try reader.read(), size: try reader.read())
            if group.count == 0 || group.size == 0 { break }
            groups.append(group)
        }
        return FlashStatement(
            deviceName: name,
            kind: FlashStatement.Kind(code: type, name: typeName(type), isReadAsMemory: type == 3),
            startAddress: start, size: size, pageSize: page, erasedValue: erased, sectorGroups: groups)
    }

    /// ST's name of the device type.
    private static func typeName(_ type: UInt16) -> String {
        switch type {
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
        default: "type \(type)"
        }
    }
}
