// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// DAP_WriteABORT (0x08): writes DP ABORT without waiting for anything.
struct DAPWriteAbort: DAPCommand {
    static let identifier: UInt8 = 0x08
    static let name = "DAP_WriteABORT"
    typealias Response = DAPStatus

    /// ABORT.DAPABORT: gives up the AP access that never ends (ADIv5.2 §B2.2.1).
    static let abandonAccess = DAPWriteAbort(value: 1)
    let value: UInt32

    func encode(into request: inout ByteWriter) {
        request.write(UInt8(0))
        request.write(value)
    }
}
