// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// DAP_Disconnect (0x03): lets go of every pin, nRESET included.
struct DAPDisconnect: DAPCommand {
    static let identifier: UInt8 = 0x03
    static let name = "DAP_Disconnect"
    typealias Response = DAPStatus

    func encode(into request: inout ByteWriter) {}
}
