// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// JTAG_READDEBUGREG (0xF2 0x36): one word through AP 0, answered with its own status.
struct ReadWord: STLinkCommand {
    static let name = "JTAG_READDEBUGREG"
    var answerSize: Int { 8 }
    let address: UInt32

    func encode(into block: inout CommandBlock) {
        block.append(0xf2, 0x36)
        block.append(littleEndian: address)
    }
    func decode(_ answer: inout ByteReader) throws(TruncatedBytes) -> [UInt8] {
        _ = try answer.read(UInt32.self)
        return try answer.readBytes(4)
    }
}
