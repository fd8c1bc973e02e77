// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// DAP_TransferBlock (0x06): one SWD transfer, repeated.
struct DAPTransferBlock: DAPCommand {
    static let identifier: UInt8 = 0x06
    static let name = "DAP_TransferBlock"
    static let requestHeader = 5, responseHeader = 4
    static let mostTransfers = 65_535

    let request: TransferRequest
    let count: Int
    /// What is written; empty for a read.
    var values: ArraySlice<UInt32> = []

    func encode(into request: inout ByteWriter) {
        request.write(UInt8(0))
        request.write(UInt16(count))
        request.write(self.request.rawValue)
        for value in values { request.write(value) }
    }

    func decode(_ response: inout ByteReader) throws(TruncatedBytes) -> TransferAnswer {
        let completed = Int(try response.read(UInt16.self)), acknowledge = try response.read(UInt8.self)
        return try TransferAnswer(
            completed: completed, acknowledge: acknowledge, expecting: request.isRead ? count : 0, of: count,
            from: &response)
    }
}
