// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

extension ImageWriter {
    private static let payloadSize = 256

    /// Blocks of 256 bytes without a family: who reads it must know what it is for.
    func uf2(_ image: FirmwareImage) throws(ImageError) -> [UInt8] {
        var total: UInt32 = 0
        try forEachPiece(of: image, limit: Self.payloadSize) { (_, _) throws(ImageError) in total += 1 }
        var writer = ByteWriter()
        var number: UInt32 = 0
        try forEachPiece(of: image, limit: Self.payloadSize) { (address, data) throws(ImageError) in
            writer.write(contentsOf: UF2Block.magicBytes)
            for field in [0, address, UInt32(data.count), number, total, 0] { writer.write(field) }
            writer.write(contentsOf: data)
            writer.write(contentsOf: repeatElement(0, count: 476 - data.count))
            writer.write(UF2Block.endMagic)
            number += 1
        }
        return writer.bytes
    }
}
