// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

extension ImageWriter {
    private static let headerSize = 52
    private static let segmentHeaderSize = 32
    /// PN_XNUM would be needed for more.
    private static let segmentLimit = 0xFFFE

    /// An executable with one loaded segment for each run of bytes, and no sections.
    func elf(_ image: FirmwareImage) throws(ImageError) -> [UInt8] {
        let segments = image.segments.filter { !$0.bytes.isEmpty }
        guard segments.count <= Self.segmentLimit else {
            throw .spanTooLarge(count: UInt64(segments.count), limit: UInt64(Self.segmentLimit))
        }
        var writer = ByteWriter()
        writer.write(contentsOf: ELFFile.magic + [1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0])
        writer.write(ELFFile.FileType.executable)
        writer.write(UInt16(40))
        writer.write(UInt32(1))
        writer.write(segments.first?.address ?? 0)
        writer.write(UInt32(Self.headerSize))
        writer.write(UInt32(0))
        // EF_ARM_EABI_VER5
        writer.write(UInt32(0x0500_0000))
        for field in [Self.headerSize, Self.segmentHeaderSize, segments.count, 0, 0, 0] {
            writer.write(UInt16(field))
        }
        var offset = UInt64(Self.headerSize + Self.segmentHeaderSize * segments.count)
        for segment in segments {
            guard let start = UInt32(exactly: offset) else {
                throw .spanTooLarge(count: offset, limit: UInt64(UInt32.max))
            }
            let size = UInt32(truncatingIfNeeded: segment.bytes.count)
            // PT_LOAD, readable and writable.
            for field in [1, start, segment.address, segment.address, size, size, 6, 1] {
                writer.write(field)
            }
            offset += UInt64(size)
        }
        for segment in segments { writer.write(contentsOf: segment.bytes) }
        return writer.bytes
    }
}
