// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// JTAG_INIT_AP (0xF2 0x4B), V2J28; without it V2J37 and V3J7 refuse access to an AP.
struct OpenAccessPort: STLinkCommand {
    static let name = "JTAG_INIT_AP"
    static let feature: STLinkFeature? = .accessPortSelection
    typealias Response = Void
    let index: UInt8

    func encode(into block: inout CommandBlock) { block.append(0xf2, 0x4b, index) }
}
