// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe

/// JTAG_WRITEMEM_8BIT, _16BIT (V2J26) and _32BIT (0xF2 0x0D, 0x48, 0x08).
///
/// Only GETLASTRWSTATUS2 tells how it went.
struct WriteMemory: STLinkCommand {
    static let name = "JTAG_WRITEMEM"
    static let reportsStatus = false
    typealias Response = Void
    let block: MemoryBlock
    let payload: [UInt8]
    var answerSize: Int { 0 }

    func encode(into command: inout CommandBlock) {
        switch block.width {
        case .byte: command.append(0xf2, 0x0d)
        case .halfword: command.append(0xf2, 0x48)
        case .word: command.append(0xf2, 0x08)
        }
        block.encode(into: &command)
    }
}
