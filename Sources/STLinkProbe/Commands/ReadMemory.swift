// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import DebugProbe
import Essentials

/// JTAG_READMEM_8BIT, _16BIT (V2J26) and _32BIT (0xF2 0x0C, 0x47, 0x07).
///
/// The data comes in full length even when the access failed; only GETLASTRWSTATUS2 tells.
struct ReadMemory: STLinkCommand {
    static let name = "JTAG_READMEM"
    static let reportsStatus = false
    let block: MemoryBlock

    /// A single byte comes with a second one that means nothing.
    var answerSize: Int { block.width == .byte && block.count == 1 ? 2 : Int(block.count) }

    func encode(into command: inout CommandBlock) {
        switch block.width {
        case .byte: command.append(0xf2, 0x0c)
        case .halfword: command.append(0xf2, 0x47)
        case .word: command.append(0xf2, 0x07)
        }
        block.encode(into: &command)
    }
    func decode(_ answer: inout ByteReader) throws(TruncatedBytes) -> [UInt8] {
        var bytes = try answer.readBytes(answerSize)
        if bytes.count > Int(block.count) { bytes.removeLast() }
        return bytes
    }
}
