// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe

/// JTAG_WRITE_DAP_REG (0xF2 0x46), V2J24.
///
/// Answered before an AP has finished the write.
struct WriteDebugRegister: STLinkCommand {
    static let name = "JTAG_WRITE_DAP_REG"
    static let feature: STLinkFeature? = .debugRegisters
    typealias Response = Void
    let address: DebugRegisterAddress
    let value: UInt32

    init(_ register: DAPRegister, _ value: UInt32) {
        address = DebugRegisterAddress(register)
        self.value = value
    }
    func encode(into block: inout CommandBlock) {
        block.append(0xf2, 0x46)
        block.append(littleEndian: address.port)
        block.append(littleEndian: address.offset)
        block.append(littleEndian: value)
    }
}
