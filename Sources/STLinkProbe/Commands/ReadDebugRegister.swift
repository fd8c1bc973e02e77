// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe
import Essentials

/// JTAG_READ_DAP_REG (0xF2 0x45), V2J24.
///
/// The firmware fetches the result of AP reads itself.
struct ReadDebugRegister: STLinkCommand {
    static let name = "JTAG_READ_DAP_REG"
    static let feature: STLinkFeature? = .debugRegisters
    var answerSize: Int { 8 }
    let address: DebugRegisterAddress

    init(_ register: DAPRegister) { address = DebugRegisterAddress(register) }

    func encode(into block: inout CommandBlock) {
        block.append(0xf2, 0x45)
        block.append(littleEndian: address.port)
        block.append(littleEndian: address.offset)
    }
    func decode(_ answer: inout ByteReader) throws(TruncatedBytes) -> UInt32 {
        // Status, then three bytes of which two are left over from an earlier answer.
        _ = try answer.read(UInt32.self)
        return try answer.read()
    }
}
