// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// GET_VERSION_EX (0xFB), V3 and later: their GET_VERSION has no room for the numbers.
struct GetVersionExtended: STLinkCommand {
    static let name = "GET_VERSION_EX"
    static let reportsStatus = false
    var answerSize: Int { 12 }

    func encode(into block: inout CommandBlock) { block.append(0xfb) }

    func decode(_ answer: inout ByteReader) throws(TruncatedBytes) -> STLinkVersion {
        let hardware = try answer.read(UInt8.self), swim = try answer.read(UInt8.self)
        let jtag = try answer.read(UInt8.self), massStorage = try answer.read(UInt8.self)
        let bridge = try answer.read(UInt8.self), power = try answer.read(UInt8.self)
        _ = try answer.readBytes(6)  // reserved, vendor and product id
        return STLinkVersion(
            hardware: Int(hardware), jtag: Int(jtag), swim: Int(swim), massStorage: Int(massStorage),
            bridge: Int(bridge), power: Int(power))
    }
}
