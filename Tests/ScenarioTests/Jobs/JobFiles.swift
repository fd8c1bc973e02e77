// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ELFTestKit
import Workbench

/// One stretch of bytes at its place, whatever file it comes in.
struct Piece {
    let address: UInt32
    let bytes: [UInt8]

    init(address: UInt32, bytes: [UInt8]) { (self.address, self.bytes) = (address, bytes) }

    init(_ address: UInt32, _ count: Int, seed: UInt64) {
        (self.address, bytes) = (address, randomBytes(count, seed: seed))
    }
}

/// Image files, made without the code under test.
enum JobFiles {
    /// One segment a piece; linked to run from RAM, so that only the physical addresses are in the flash.
    static func elf(_ pieces: [Piece]) -> [UInt8] {
        var file = SyntheticELF()
        file.entry = 0x9000_0001
        for (index, piece) in pieces.enumerated() {
            file.add(".part\(index)", at: 0x2400_0000 + 0x1_0000 * UInt32(index), piece.bytes)
            file.addSegment(
                index..<index + 1, physicalAddress: piece.address,
                virtualAddress: 0x2400_0000 + 0x1_0000 * UInt32(index))
        }
        return file.encode()
    }

    /// Intel HEX (Intel specification of 1988): type 04 for the upper half of an address, 16 bytes a record.
    static func hex(_ pieces: [Piece]) -> [UInt8] {
        var text = ""
        func record(_ type: UInt8, _ offset: UInt16, _ data: [UInt8]) {
            var bytes = [UInt8(data.count), UInt8(offset >> 8), UInt8(offset & 0xFF), type] + data
            bytes.append(0 &- bytes.reduce(0, &+))
            text += ":" + bytes.map(digits).joined() + "\r\n"
        }
        for piece in pieces {
            for start in stride(from: 0, to: piece.bytes.count, by: 16) {
                let address = piece.address + UInt32(start)
                // A record must not run past the end of its 64 KiB.
                let room = Int(0x1_0000 - (address & 0xFFFF))
                let data = Array(piece.bytes[start..<min(start + min(16, room), piece.bytes.count)])
                precondition(
                    data.count == min(16, piece.bytes.count - start), "give an address in step with 16")
                record(4, 0, [UInt8(address >> 24), UInt8(address >> 16 & 0xFF)])
                record(0, UInt16(address & 0xFFFF), data)
            }
        }
        record(1, 0, [])
        return Array(text.utf8)
    }

    static func digits(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }

    /// CRC-32 of IEEE 802.3, bit by bit.
    static func crc32(_ bytes: some Sequence<UInt8>) -> UInt32 {
        ~bytes.reduce(0xFFFF_FFFF) { crc, byte in
            (0..<8).reduce(crc ^ UInt32(byte)) { value, _ in value >> 1 ^ (value & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
    }
}

extension [UInt8] {
    /// The flash's cells once `pieces` are in them.
    func holding(_ pieces: [Piece]) -> [UInt8] {
        var cells = self
        for piece in pieces {
            let start = Int(piece.address - JobBench.flashStart)
            cells.replaceSubrange(start..<start + piece.bytes.count, with: piece.bytes)
        }
        return cells
    }
}
