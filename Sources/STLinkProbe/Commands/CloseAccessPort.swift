// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// JTAG_CLOSE_AP_DBG (0xF2 0x4C), V2J28; the answer is right from V2J29.
struct CloseAccessPort: STLinkCommand {
    static let name = "JTAG_CLOSE_AP_DBG"
    static let feature: STLinkFeature? = .accessPortClosing
    typealias Response = Void
    let index: UInt8

    func encode(into block: inout CommandBlock) { block.append(0xf2, 0x4c, index) }
}
