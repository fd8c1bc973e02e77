// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The 16 bytes of a command; a short packet counts as padded with zeros.
struct STLinkCommandBlock {
    private let bytes: [UInt8]

    init(_ packet: [UInt8]) {
        bytes = Array(packet.prefix(16)) + [UInt8](repeating: 0, count: max(0, 16 - packet.count))
    }
    subscript(_ offset: Int) -> UInt8 { bytes[offset] }
    func halfword(_ offset: Int) -> UInt16 { UInt16(bytes[offset]) | UInt16(bytes[offset + 1]) << 8 }
    func word(_ offset: Int) -> UInt32 { UInt32(halfword(offset)) | UInt32(halfword(offset + 2)) << 16 }

    /// The fields READMEM and WRITEMEM share.
    var address: UInt32 { word(2) }
    var length: Int { Int(halfword(6)) }
    var port: UInt8 { bytes[8] }
    /// CSW[31:8] in place.
    var control: UInt32 { UInt32(bytes[9]) << 8 | UInt32(bytes[10]) << 16 | UInt32(bytes[11]) << 24 }
}
