// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Leaves DFU (0xF3 0x07), SWIM (0xF4 0x01) or DEBUG (0xF2 0x21) mode.
///
/// The probe says nothing to it.
///
/// Leaving DEBUG releases nRST and closes every access port; V3 firmware hangs when it is sent outside DEBUG
/// mode, so the mode is always asked first.
struct ExitMode: STLinkCommand {
    static let name = "EXIT_MODE"
    static let reportsStatus = false
    var answerSize: Int { 0 }
    private let opcode: [UInt8]

    /// - Returns: nil for a mode that needs no leaving.
    init?(_ mode: STLinkMode) {
        switch mode {
        case .dfu: opcode = [0xf3, 0x07]
        case .swim: opcode = [0xf4, 0x01]
        case .debug: opcode = [0xf2, 0x21]
        case .massStorage, .bootloader: return nil
        }
    }
    func encode(into block: inout CommandBlock) {
        for byte in opcode { block.append(byte) }
    }
}
