// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// A program header.
package struct ELFSegment: Hashable, Sendable {
    package let index: Int
    package let type: UInt32
    /// Where the program runs, which only tests ask for: flash is written where bytes are loaded.
    package let virtualAddress: UInt32
    /// Where the bytes go when they are loaded.
    package let physicalAddress: UInt32
    /// With the zeroes behind its bytes, for tests.
    package let memorySize: UInt32
    /// Where its bytes are in the file.
    package let contents: Range<Int>

    /// PT_LOAD.
    package var isLoaded: Bool { type == 1 }

    /// Smallest program header; larger ones have fields that are not ours.
    private static let headerSize = 32

    static func table(
        in bytes: [UInt8], _ header: ELFFile.Header, count: Int
    ) throws(ELFProblem) -> [ELFSegment] {
        guard count > 0, header.segmentTable > 0 else { return [] }
        let size = Int(header.segmentSize)
        guard size >= headerSize, Int(header.segmentTable) + count * size <= bytes.count else {
            throw .outsideFile(.programHeaders)
        }
        var segments: [ELFSegment] = []
        var claimed = 0
        for index in 0..<count {
            let start = Int(header.segmentTable) + index * size
            let segment: ELFSegment?
            do { segment = try ELFSegment(bytes, at: start, index: index) } catch {
                throw .outsideFile(.programHeaders)
            }
            guard let segment else { throw .outsideFile(.segment(index)) }
            if segment.isLoaded {
                claimed += segment.contents.count
                // ELF, "Program Header": p_filesz may not be larger than p_memsz.
                guard segment.contents.count <= Int(segment.memorySize) else {
                    throw .segmentLargerThanMemory(
                        index, inFile: UInt32(segment.contents.count), inMemory: segment.memorySize)
                }
            }
            segments.append(segment)
        }
        // Segments share at most the headers; a file whose segments all show the same bytes is an attack on memory.
        guard claimed <= 2 * bytes.count else { throw .segmentsClaimTooMuch }
        return segments
    }

    /// - Returns: nil when the segment's bytes are not all in the file.
    private init?(_ bytes: [UInt8], at start: Int, index: Int) throws(TruncatedBytes) {
        let entry = Array(bytes[start..<start + Self.headerSize])
        var reader = ByteReader(entry.span)
        self.index = index
        type = try reader.read()
        let offset: UInt32 = try reader.read()
        virtualAddress = try reader.read()
        physicalAddress = try reader.read()
        let fileSize: UInt32 = try reader.read()
        memorySize = try reader.read()
        let end = Int(offset) + Int(fileSize)
        if type == 1 {
            guard end <= bytes.count else { return nil }
            contents = Int(offset)..<end
        } else {
            contents = end <= bytes.count ? Int(offset)..<end : 0..<0
        }
    }
}
