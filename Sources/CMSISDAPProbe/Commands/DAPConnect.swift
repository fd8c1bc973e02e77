// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// DAP_Connect (0x02) for SWD.
struct DAPConnect: DAPCommand {
    static let identifier: UInt8 = 0x02
    static let name = "DAP_Connect"
    private static let serialWireDebug: UInt8 = 1

    func encode(into request: inout ByteWriter) { request.write(Self.serialWireDebug) }

    /// - Returns: whether the port is SWD now.
    func decode(_ response: inout ByteReader) throws(TruncatedBytes) -> Bool {
        try response.read(UInt8.self) == Self.serialWireDebug
    }
}
