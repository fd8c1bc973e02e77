// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// JTAG_ENTER2 for SWD (0xF2 0x30 0xA3): JTAG-to-SWD switch, line reset, debug power-up; resets no core.
struct EnterSWD: STLinkCommand {
    static let name = "JTAG_ENTER_SWD"
    typealias Response = Void

    func encode(into block: inout CommandBlock) { block.append(0xf2, 0x30, 0xa3) }
}
