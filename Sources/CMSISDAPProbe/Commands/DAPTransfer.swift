// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// DAP_Transfer (0x05): different SWD transfers in one packet.
struct DAPTransfer: DAPCommand {
    static let identifier: UInt8 = 0x05
    static let name = "DAP_Transfer"
    /// Bytes before the first transfer of a request, and before the first word of a response.
    static let requestHeader = 3, responseHeader = 3
    static let mostTransfers = 255

    let transfers: [QueuedTransfer]

    func encode(into request: inout ByteWriter) {
        request.write(UInt8(0))  // index in a JTAG chain, unused in SWD
        request.write(UInt8(transfers.count))
        for transfer in transfers {
            request.write(transfer.request.rawValue)
            if let value = transfer.value { request.write(value) }
        }
    }

    func decode(_ response: inout ByteReader) throws(TruncatedBytes) -> TransferAnswer {
        let completed = Int(try response.read(UInt8.self)), acknowledge = try response.read(UInt8.self)
        let reads = transfers.count { $0.request.isRead }
        return try TransferAnswer(
            completed: completed, acknowledge: acknowledge, expecting: reads, of: transfers.count,
            from: &response)
    }
}
