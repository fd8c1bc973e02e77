// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// How firmware that maps a part reads it: its read on the most lines that works as the part leaves the factory.
struct MappedRead {
    /// QUADSPI_CCR (RM0399 §24.5), memory-mapped.
    let communication: UInt32
    /// QUADSPI_DCR, for one chip or two that are one memory: FSIZE, and chip select high for four clocks.
    let device: UInt32

    /// Of a part that is missing nothing is known, and a W25Q128 is assumed: EBh, 16 MiB.
    init(of flash: SerialFlash?, chips: Int) {
        let (part, registers) = (flash?.part, flash?.registers.values ?? [])
        let bits = UInt32((part?.count ?? 1 << 24).trailingZeroBitCount) - 1
        device = (bits + (chips > 1 ? 1 : 0)) << 16 | 0x300
        guard let flash, let read = Self.best(of: flash) else {
            communication = 0x0F10_EDEB
            return
        }
        let bytes =
            if case .bytes(let count) = read.address { count } else { flash.hasFourByteAddresses ? 4 : 3 }
        let (address, data) = (Self.code(read.addressLines), Self.code(read.dataLines))
        var word = 3 << 26 | data << 24 | UInt32(read.dummy.clocks(in: registers)) << 18
        // The mode byte is FFh, which asks no part to go on without an opcode.
        if read.modeBits > 0 { word |= address << 14 }
        word |= UInt32(bytes - 1) << 12 | address << 10 | 1 << 8 | UInt32(read.opcode)
        communication = word
    }

    private static func best(of flash: SerialFlash) -> FlashInstruction? {
        let reads = flash.part.serial.instructions.filter {
            guard $0.action == .readArray, !$0.isDoubleRate, !$0.needsQuadEnable || flash.isQuadEnabled else {
                return false
            }
            // Whole mode bytes only: the controller sends no less.
            return ($0.address == .byMode || $0.address == .bytes(3)) && [0, 8].contains($0.modeBits)
        }
        return reads.max { ($0.addressLines, $0.dataLines) < ($1.addressLines, $1.dataLines) }
    }
    private static func code(_ lines: Int) -> UInt32 { lines == 4 ? 3 : UInt32(lines) }
}
