// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// SWD_SET_FREQ (0xF2 0x43), V2J22; not on V3.
struct SetClockDivisor: STLinkCommand {
    static let name = "SWD_SET_FREQ"
    static let feature: STLinkFeature? = .clockDivisor
    typealias Response = Void
    let divisor: UInt16

    func encode(into block: inout CommandBlock) {
        block.append(0xf2, 0x43)
        block.append(littleEndian: divisor)
    }
}
