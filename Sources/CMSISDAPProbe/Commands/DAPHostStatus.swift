// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// DAP_HostStatus (0x01): the probe's lamps.
struct DAPHostStatus: DAPCommand {
    static let identifier: UInt8 = 0x01
    static let name = "DAP_HostStatus"
    typealias Response = DAPStatus

    enum Lamp: UInt8, Sendable { case connected = 0, running }
    let lamp: Lamp
    let isOn: Bool

    func encode(into request: inout ByteWriter) {
        request.write(lamp.rawValue)
        request.write(UInt8(isOn ? 1 : 0))
    }
}
