// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import EmulatedCortexM

/// The registers of one MDMA channel, and how far it has got (RM0399, MDMA registers).
struct MasterDMAChannel {
    /// CxCR, CxTCR, CxBNDTR.
    var control: UInt32 = 0
    var transfer: UInt32 = 0
    var block: UInt32 = 0
    /// CxSAR and CxDAR, which follow the transfer.
    var source: UInt32 = 0
    var target: UInt32 = 0
    /// CxBRUR, CxLAR, CxTBR, CxMAR, CxMDR.
    var blockUpdate: UInt32 = 0
    var link: UInt32 = 0
    var trigger: UInt32 = 0
    var maskAddress: UInt32 = 0
    var maskData: UInt32 = 0
    /// CxISR: TEIF, CTCIF, BRTIF, BTIF, TCIF; and CxESR.
    var flags: UInt32 = 0
    var error: UInt32 = 0

    /// Bytes that the request being served has still to move.
    var requested: UInt32 = 0
    /// SWRQ was written.
    var hasSoftwareRequest = false
    /// Bytes of a block, as BNDT was when the channel was enabled.
    var blockSize: UInt32 = 0
    /// It would never come to an end, and stands still until it is disabled.
    var isEndless = false
    /// Bytes of the present buffer that were moved.
    var buffered: UInt32 = 0

    /// Offsets from the channel's first register.
    subscript(offset: UInt32) -> UInt32 {
        switch offset {
        case 0x00: flags | (requested > 0 ? 1 << 16 : 0)
        case 0x08: error
        case 0x0C: control
        case 0x10: transfer
        case 0x14: block
        case 0x18: source
        case 0x1C: target
        case 0x20: blockUpdate
        case 0x24: link
        case 0x28: trigger
        case 0x30: maskAddress
        case 0x34: maskData
        default: 0
        }
    }
    /// A running channel takes nothing but CxCR, which is not written here.
    mutating func set(_ offset: UInt32, _ value: UInt32) {
        switch offset {
        case 0x10: transfer = value
        case 0x14: block = value & 0xFFFD_FFFF
        case 0x18: source = value
        case 0x1C: target = value
        case 0x20: blockUpdate = value
        case 0x24: link = value & ~7
        case 0x28: trigger = value & 0x3_003F
        case 0x30: maskAddress = value
        case 0x34: maskData = value
        default: break
        }
    }

    // MARK: Fields

    var isEnabled: Bool { control & 1 != 0 }
    /// SWRM: hardware requests are not looked at.
    var waitsForSoftware: Bool { transfer >> 30 & 1 != 0 }
    /// TSEL.
    var requestLine: UInt32 { trigger & 0x3F }
    /// BNDT and BRC.
    var bytesLeft: UInt32 { block & 0x1_FFFF }
    var blocksLeft: UInt32 { block >> 20 }
    /// TLEN + 1.
    var bufferSize: UInt32 { transfer >> 18 & 0x7F + 1 }
    /// Bytes of one access: SSIZE and DSIZE; a double word goes as two words.
    var sourceSize: UInt32 { 1 << (transfer >> 4 & 3) }
    var targetSize: UInt32 { 1 << (transfer >> 6 & 3) }
    /// TRGM: what one request moves, in bytes; a request of the last kinds goes on until the channel is done.
    var requestSize: UInt32 {
        switch transfer >> 28 & 3 {
        case 0: min(bufferSize, bytesLeft)
        case 1: bytesLeft
        default: .max
        }
    }
    /// How addresses move with an access: SINC and SINCOS, DINC and DINCOS.
    var sourceStep: UInt32 { Self.step(transfer & 3, transfer >> 8 & 3) }
    var targetStep: UInt32 { Self.step(transfer >> 2 & 3, transfer >> 10 & 3) }
    private static func step(_ mode: UInt32, _ size: UInt32) -> UInt32 {
        switch mode {
        case 2: 1 << size
        case 3: 0 &- (1 << size)
        default: 0
        }
    }

    /// The block is done: another one begins, its addresses moved as BRUR says; false if it was the last one.
    mutating func repeatBlock() -> Bool {
        guard blocksLeft > 0 else { return false }
        let (sourceUpdate, targetUpdate) = (blockUpdate & 0xFFFF, blockUpdate >> 16)
        source = block >> 18 & 1 != 0 ? source &- sourceUpdate : source &+ sourceUpdate
        target = block >> 19 & 1 != 0 ? target &- targetUpdate : target &+ targetUpdate
        block = block & ~0x1_FFFF & ~0xFFF0_0000 | blockSize | (blocksLeft - 1) << 20
        return true
    }
}
