// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// DAP_SWD_Configure (0x13): one turnaround clock, no data phase on WAIT and FAULT.
struct DAPSWDConfigure: DAPCommand {
    static let identifier: UInt8 = 0x13
    static let name = "DAP_SWD_Configure"
    typealias Response = DAPStatus

    func encode(into request: inout ByteWriter) { request.write(UInt8(0)) }
}
