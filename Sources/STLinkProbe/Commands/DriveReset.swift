// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// JTAG_DRIVE_NRST (0xF2 0x3C).
struct DriveReset: STLinkCommand {
    static let name = "JTAG_DRIVE_NRST"
    typealias Response = Void
    let asserted: Bool

    func encode(into block: inout CommandBlock) { block.append(0xf2, 0x3c, asserted ? 0x00 : 0x01) }
}
