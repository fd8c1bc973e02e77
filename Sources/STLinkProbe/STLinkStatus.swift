// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe

/// The first byte of most ST-LINK answers.
struct STLinkStatus: RawRepresentable, Hashable, Sendable {
    let rawValue: UInt8

    static let accessPortFault = STLinkStatus(rawValue: 0x11)

    /// A failed write verification (0D) counts as success: the firmware compares what it wrote to a debug
    /// register with what reads back, which differs by design for most of them.
    var isSuccess: Bool { rawValue == 0x80 || rawValue == 0x0d }
    var isWait: Bool { acknowledge == .wait }
    /// Nothing that answers was found when SWD was entered.
    var meansNoTarget: Bool { [0x04, 0x05, 0x09].contains(rawValue) || acknowledge != nil }

    /// What the target answered on SWD, when the status is about that.
    var acknowledge: FailedAcknowledge? {
        switch rawValue {
        case 0x10, 0x14: .wait
        case 0x11, 0x15, 0x18, 0x19, 0x1a, 0x81: .fault
        case 0x05, 0x12, 0x16: FailedAcknowledge.none
        case 0x13, 0x17: .protocolError
        default: nil
        }
    }

    var meaning: String {
        Self.meanings.first { $0.code == rawValue }?.text ?? "a status without a known meaning"
    }

    private static let meanings: [(code: UInt8, text: String)] = [
        (0x01, "unknown error"), (0x02, "SPI error"), (0x03, "DMA error"), (0x04, "unknown JTAG chain"),
        (0x05, "no device connected"), (0x06, "internal error"), (0x07, "command wait"),
        (0x08, "command error"),
        (0x09, "the target's id code could not be read"), (0x0a, "alignment error"),
        (0x0b, "the target's debug domain does not power up"), (0x0c, "write error"),
        (0x0d, "write verify error"),
        (0x0e, "already opened in another mode"), (0x10, "access port answers WAIT"),
        (0x11, "access port answers FAULT"), (0x12, "access port error"), (0x13, "access port parity error"),
        (0x14, "debug port answers WAIT"), (0x15, "debug port answers FAULT"), (0x16, "debug port error"),
        (0x17, "debug port parity error"), (0x18, "write data error flag set"),
        (0x19, "sticky error flag set"),
        (0x1a, "sticky overrun flag set"), (0x1d, "no such access port, or a part this firmware refuses"),
        (0x20, "trace not available"), (0x29, "too many access ports open"), (0x40, "configuration changed"),
        (0x41, "frequency not supported"), (0x42, "unknown command"), (0x80, "OK"), (0x81, "fault"),
    ]
}
