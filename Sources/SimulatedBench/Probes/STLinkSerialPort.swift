// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The virtual serial port of a V2-1 or V3, with nothing wired to its pins: settings are kept, what is sent is lost.
///
/// CDC class requests (PSTN 1.2 §6.3).
struct STLinkSerialPort {
    /// dwDTERate, bCharFormat, bParityType, bDataBits: 115200 baud 8N1.
    private var lineCoding: [UInt8] = [0x00, 0xC2, 0x01, 0x00, 0, 0, 8]

    /// Nil stalls.
    mutating func control(_ setup: SetupPacket, _ data: [UInt8]) -> [UInt8]? {
        switch (setup.requestType, setup.request) {
        // SET_LINE_CODING, GET_LINE_CODING.
        case (0x21, 0x20):
            guard data.count == lineCoding.count else { return nil }
            lineCoding = data
            return []
        case (0xA1, 0x21): return lineCoding
        // SET_CONTROL_LINE_STATE, SEND_BREAK.
        case (0x21, 0x22), (0x21, 0x23): return []
        default: return nil
        }
    }
}
