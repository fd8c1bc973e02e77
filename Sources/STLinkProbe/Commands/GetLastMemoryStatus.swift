// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// JTAG_GETLASTRWSTATUS2 (0xF2 0x3E), V2J15: how the last memory command went.
struct GetLastMemoryStatus: STLinkCommand {
    static let name = "JTAG_GETLASTRWSTATUS2"
    /// The status in it is about the command before.
    static let reportsStatus = false
    var answerSize: Int { 12 }

    struct Response: Hashable {
        var status: STLinkStatus
        /// Where it failed; some firmware leaves 0 here.
        var faultAddress: UInt32
    }

    func encode(into block: inout CommandBlock) { block.append(0xf2, 0x3e) }

    func decode(_ answer: inout ByteReader) throws(TruncatedBytes) -> Response {
        let status = STLinkStatus(rawValue: UInt8(truncatingIfNeeded: try answer.read(UInt16.self)))
        _ = try answer.read(UInt16.self)
        let address = try answer.read(UInt32.self)
        _ = try answer.read(UInt32.self)
        return Response(status: status, faultAddress: address)
    }
}
