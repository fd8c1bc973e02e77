// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// JTAG_WRITEDEBUGREG (0xF2 0x35): one word through AP 0, answered with its own status.
struct WriteWord: STLinkCommand {
    static let name = "JTAG_WRITEDEBUGREG"
    typealias Response = Void
    let address: UInt32
    /// Lowest byte first.
    let bytes: [UInt8]

    func encode(into block: inout CommandBlock) {
        block.append(0xf2, 0x35)
        block.append(littleEndian: address)
        for byte in bytes { block.append(byte) }
    }
}
