// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// DAP_SWJ_Pins (0x10), for nRESET.
struct DAPSWJPins: DAPCommand {
    static let identifier: UInt8 = 0x10
    static let name = "DAP_SWJ_Pins"
    static let resetPin: UInt8 = 1 << 7

    var output: UInt8
    /// Which pins are driven.
    var select: UInt8
    /// How long the probe waits for the selected pins to read as driven; at most 3 s.
    var wait: Duration

    func encode(into request: inout ByteWriter) {
        request.write(output)
        request.write(select)
        request.write(UInt32(clamping: wait.nanoseconds / 1_000))
    }
    /// - Returns: all pins as they read.
    func decode(_ response: inout ByteReader) throws(TruncatedBytes) -> UInt8 { try response.read() }
}
