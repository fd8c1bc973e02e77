// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

extension ImageWriter {
    /// S19, S28 or S37: the narrowest addresses that reach the image's end, as other tools choose.
    func sRecord(_ image: FirmwareImage) throws(ImageError) -> [UInt8] {
        let end = image.span?.upperBound ?? 0
        let width = end <= 1 << 16 ? 2 : end <= 1 << 24 ? 3 : 4
        var text = HexText()
        Self.record("S0", address: 0, width: 2, ArraySlice("extflash".utf8), to: &text)
        let mark: StaticString = width == 2 ? "S1" : width == 3 ? "S2" : "S3"
        var count: UInt32 = 0
        try forEachPiece(of: image, limit: min(max(bytesPerLine, 1), 250)) {
            (address, data) throws(ImageError) in
            Self.record(mark, address: address, width: width, data, to: &text)
            count += 1
        }
        // More records than 24 bits count have no record to say so.
        if count <= 0xFFFF {
            Self.record("S5", address: count, width: 2, [], to: &text)
        } else if count <= 0xFF_FFFF {
            Self.record("S6", address: count, width: 3, [], to: &text)
        }
        let last: StaticString = width == 2 ? "S9" : width == 3 ? "S8" : "S7"
        Self.record(last, address: 0, width: width, [], to: &text)
        return text.bytes
    }

    private static func record(
        _ mark: StaticString, address: UInt32, width: Int, _ data: ArraySlice<UInt8>, to text: inout HexText
    ) {
        text.begin(mark)
        text.put(UInt8(truncatingIfNeeded: width + data.count + 1))
        text.put(address, bytes: width)
        for byte in data { text.put(byte) }
        text.endLine(checksum: ~text.sum)
    }
}
