// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import CZLib

/// zlib's inflate and CRC-32.
enum Deflate {
    /// Without a header, as zip files have it (RFC 1951).
    ///
    /// - Returns: nil unless the data end where they should and make exactly `size` bytes.
    static func inflate(_ packed: [UInt8], to size: Int) -> [UInt8]? {
        var packed = packed
        var stream = z_stream()
        // Negative: no header (zlib.h, inflateInit2).
        guard inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            return nil
        }
        defer { inflateEnd(&stream) }
        // One byte more than wanted shows data that go on; never more than that is allocated.
        var contents = [UInt8](repeating: 0, count: size + 1)
        let end = packed.withUnsafeMutableBufferPointer { input in
            contents.withUnsafeMutableBufferPointer { output in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                return CZLib.inflate(&stream, Z_FINISH)
            }
        }
        guard end == Z_STREAM_END, stream.avail_out == 1 else { return nil }
        contents.removeLast()
        return contents
    }

    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        bytes.withUnsafeBufferPointer { UInt32(crc32(0, $0.baseAddress, UInt32($0.count))) }
    }
}
