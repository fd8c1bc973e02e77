// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// The record of a CMSIS algorithm's flash, the symbol FlashDevice (FlashOS.h).
enum FlashDeviceRecord {
    /// Bytes of the full record: 160 and 512 pairs of size and address, with the pair that ends them.
    static let encodedSize = 0x10A0
    private static let nameSize = 128
    private static let groupLimit = 512
    private static let tableEnd: UInt32 = 0xFFFF_FFFF

    /// Decodes the record; one that ends after some of the pairs is complete up to there.
    static func decode(_ bytes: [UInt8]) throws(TruncatedBytes) -> FlashStatement {
        var reader = ByteReader(bytes.span)
        _ = try reader.read(UInt16.self)
        let name = FlashStatement.printable(try reader.readBytes(nameSize))
        let type: UInt16 = try reader.read()
        let start: UInt32 = try reader.read()
        let size: UInt32 = try reader.read()
        let page: UInt32 = try reader.read()
        _ = try reader.read(UInt32.self)
        let erased: UInt8 = try reader.read()
        _ = try reader.readBytes(3)
        let program: UInt32 = try reader.read()
        let erase: UInt32 = try reader.read()
        var steps: [(size: UInt32, address: UInt32)] = []
        while steps.count < groupLimit, reader.remaining >= 8 {
            let step = (size: try reader.read(UInt32.self), address: try reader.read(UInt32.self))
            if step.size == tableEnd || step.size == 0 { break }
            steps.append(step)
        }
        var statement = FlashStatement(
            record: .flashDevice, deviceName: name, kind: kind(type), startAddress: start, size: size,
            pageSize: page, erasedValue: erased, sectorGroups: groups(steps, upTo: size))
        statement.programLimit = .milliseconds(Int64(program))
        statement.eraseLimit = .milliseconds(Int64(erase))
        return statement
    }

    /// Sectors have a size from an offset on, up to that of the next entry or the end of the flash.
    ///
    /// An entry that does not reach its end in whole sectors shows in the sum, which then differs from the size.
    private static func groups(
        _ steps: [(size: UInt32, address: UInt32)], upTo size: UInt32
    ) -> [FlashStatement.SectorGroup] {
        zip(steps, steps.dropFirst().map(\.address) + [size]).compactMap { step, end in
            guard end > step.address else { return nil }
            return FlashStatement.SectorGroup(count: (end - step.address) / step.size, size: step.size)
        }.filter { $0.count > 0 }
    }

    private static func kind(_ type: UInt16) -> FlashStatement.Kind {
        let name =
            switch type {
            case 1: "ONCHIP"
            case 2: "EXT8BIT"
            case 3: "EXT16BIT"
            case 4: "EXT32BIT"
            case 5: "EXTSPI"
            default: type == 0 ? "UNKNOWN" : "type \(type)"
            }
        return FlashStatement.Kind(code: type, name: name)
    }
}
