// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// GET_VERSION (0xF1).
struct GetVersion: STLinkCommand {
    static let name = "GET_VERSION"
    static let reportsStatus = false
    var answerSize: Int { 6 }
    /// What the six bits after the JTAG number count depends on the product.
    let product: STLinkProduct

    func encode(into block: inout CommandBlock) { block.append(0xf1) }

    func decode(_ answer: inout ByteReader) throws(TruncatedBytes) -> STLinkVersion {
        // The only big-endian number of the protocol.
        let packed = UInt16(bigEndian: try answer.read(UInt16.self))
        _ = try answer.read(UInt32.self)  // vendor and product id again
        let middle = Int(packed >> 6 & 0x3f), low = Int(packed & 0x3f)
        var version = STLinkVersion(hardware: Int(packed >> 12), jtag: middle)
        guard product.generation == .v21 else {
            version.swim = low
            return version
        }
        // V2-1 boards built as SWIM programmers put the mass storage number where others have the JTAG
        // number.
        if (middle <= 22 && low == 7) || (middle >= 25 && (7...12).contains(low)) {
            version.jtag = 0
            version.massStorage = middle
            version.swim = low
        } else {
            version.massStorage = low
        }
        return version
    }
}
