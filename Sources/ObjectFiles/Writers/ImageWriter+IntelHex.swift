// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

extension ImageWriter {
    /// With extended linear addresses, so that tools of every age read it.
    func intelHex(_ image: FirmwareImage) throws(ImageError) -> [UInt8] {
        var text = HexText()
        var upper: UInt32 = 0
        try forEachPiece(of: image, limit: min(max(bytesPerLine, 1), 255)) {
            (address, data) throws(ImageError) in
            if address >> 16 != upper {
                upper = address >> 16
                Self.record(type: 0x04, offset: 0, [UInt8(upper >> 8), UInt8(upper & 0xFF)], to: &text)
            }
            Self.record(type: 0x00, offset: address & 0xFFFF, data, to: &text)
        }
        Self.record(type: 0x01, offset: 0, [], to: &text)
        return text.bytes
    }

    private static func record(type: UInt8, offset: UInt32, _ data: ArraySlice<UInt8>, to text: inout HexText)
    {
        text.begin(":")
        text.put(UInt8(truncatingIfNeeded: data.count))
        text.put(offset, bytes: 2)
        text.put(type)
        for byte in data { text.put(byte) }
        text.endLine(checksum: 0 &- text.sum)
    }
}
