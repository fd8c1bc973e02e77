// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// DAP_SWJ_Clock (0x11).
struct DAPSWJClock: DAPCommand {
    static let identifier: UInt8 = 0x11
    static let name = "DAP_SWJ_Clock"
    typealias Response = DAPStatus
    let clock: Hertz

    func encode(into request: inout ByteWriter) { request.write(clock.rawValue) }
}
