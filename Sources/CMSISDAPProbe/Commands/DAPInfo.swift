// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// DAP_Info (0x00).
struct DAPInfo: DAPCommand {
    static let identifier: UInt8 = 0x00
    static let name = "DAP_Info"

    enum Item: UInt8, Sendable {
        case serialNumber = 0x03
        case protocolVersion = 0x04
        /// Protocol 1.3 and 2.1.
        case productFirmware = 0x09
        case capabilities = 0xf0
        case packetCount = 0xfe
        case packetSize = 0xff
    }
    let item: Item

    func encode(into request: inout ByteWriter) { request.write(item.rawValue) }

    /// - Returns: the item's bytes, none when the probe does not have it.
    func decode(_ response: inout ByteReader) throws(TruncatedBytes) -> [UInt8] {
        let length = try response.read(UInt8.self)
        return try response.readBytes(Int(length))
    }

    /// An item that is text, without the NUL that is counted in its length.
    static func text(_ bytes: [UInt8]) -> String? {
        let text = bytes.prefix { $0 != 0 }
        return text.isEmpty ? nil : String(decoding: text, as: UTF8.self)
    }

    /// An item that is a number of one or two bytes.
    static func number(_ bytes: [UInt8]) -> Int? {
        bytes.isEmpty ? nil : bytes.prefix(2).reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}
