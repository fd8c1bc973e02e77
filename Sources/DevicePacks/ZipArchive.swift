// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// The directory of a zip file, and its entries by name (PKWARE's APPNOTE.TXT, sections 4.3 and 4.4).
///
/// Read only, and into memory only: no name of an entry is ever a path of this machine. What a file says of itself is held
/// against its length, and nothing is allocated by a number in it alone.
package struct ZipArchive: Sendable {
    package struct Entry: Hashable, Sendable {
        /// With slashes; control characters are kept as they are.
        package let name: String
        /// Bytes of the contents.
        package let size: Int
        let method: UInt16
        let isEncrypted: Bool
        let checksum: UInt32
        let packedSize: Int
        /// Of the local header.
        let offset: Int
    }
    /// In the order of the directory; folders are left out.
    package let entries: [Entry]
    /// For messages.
    package let name: String
    private let bytes: RandomAccessBytes

    /// What a pack of any vendor has, many times over.
    private static let entryLimit = 1 << 16
    /// 64 KiB of comment behind the end record of 22 bytes.
    private static let endReach = 0xFFFF + endSize
    private static let endSize = 22
    private static let directoryEntrySize = 46
    private static let localHeaderSize = 30
    private static let mostPerByte = 1032
    /// Names of 64 KiB each would be allowed.
    private static let directoryLimit = 16 << 20

    package init(_ bytes: RandomAccessBytes, name: String) throws(PackError) {
        (self.bytes, self.name) = (bytes, name)
        let end = try Self.end(of: bytes, name)
        guard end.count < 0xFFFF, end.size != .max, end.offset != .max else {
            throw .zip(.tooLarge, file: name)
        }
        guard end.size <= UInt32(Self.directoryLimit), Int(end.count) <= Self.entryLimit else {
            throw .zip(.directoryTooLarge(bytes: Int(end.size)), file: name)
        }
        let directory = try Self.read(Int(end.size), at: Int(end.offset), of: bytes, name)
        do {
            entries = try Self.entries(directory, count: Int(end.count), name)
        } catch let error as PackError { throw error } catch {
            throw .zip(.truncated(at: Int(end.offset)), file: name)
        }
    }

    private static func read(
        _ count: Int, at offset: Int, of bytes: RandomAccessBytes, _ name: String
    ) throws(PackError) -> [UInt8] {
        let found: [UInt8]?
        do throws(RandomAccessBytes.Unreadable) { found = try bytes.read(count, at: offset) } catch {
            throw .unreadable(file: name, reason: error.reason)
        }
        guard let found else { throw .zip(.truncated(at: offset), file: name) }
        return found
    }

    /// The end record: where the directory is.
    private static func end(
        of bytes: RandomAccessBytes, _ name: String
    ) throws(PackError) -> (count: UInt16, size: UInt32, offset: UInt32) {
        let reach = min(bytes.count, endReach)
        let tail = try read(reach, at: bytes.count - reach, of: bytes, name)
        guard tail.count >= endSize else { throw .zip(.noDirectory, file: name) }
        for start in stride(from: tail.count - endSize, through: 0, by: -1)
        where tail[start] == 0x50 && tail[start + 1] == 0x4B && tail[start + 2] == 5 && tail[start + 3] == 6 {
            let commentSize = Int(tail.word16(start + 20))
            guard start + endSize + commentSize == tail.count else { continue }
            let (disk, first) = (tail.word16(start + 4), tail.word16(start + 6))
            guard disk == 0, first == 0 else { throw .zip(.severalDisks, file: name) }
            return (tail.word16(start + 10), tail.word32(start + 12), tail.word32(start + 16))
        }
        throw .zip(.noDirectory, file: name)
    }

    private static func entries(
        _ directory: [UInt8], count: Int, _ file: String
    ) throws -> [Entry] {
        var reader = ByteReader(directory.span)
        var entries: [Entry] = []
        for _ in 0..<count {
            guard reader.remaining >= directoryEntrySize, try reader.read(UInt32.self) == 0x0201_4B50 else {
                throw PackError.zip(.malformedDirectory(entry: entries.count), file: file)
            }
            _ = try reader.readBytes(4)
            let flags: UInt16 = try reader.read()
            let method: UInt16 = try reader.read()
            _ = try reader.readBytes(4)
            let checksum: UInt32 = try reader.read()
            let packed: UInt32 = try reader.read()
            let size: UInt32 = try reader.read()
            let lengths = (
                name: try reader.read(UInt16.self), extra: try reader.read(UInt16.self),
                comment: try reader.read(UInt16.self)
            )
            _ = try reader.readBytes(8)
            let offset: UInt32 = try reader.read()
            let name = String(decoding: try reader.readBytes(Int(lengths.name)), as: UTF8.self)
            _ = try reader.readBytes(Int(lengths.extra) + Int(lengths.comment))
            if name.hasSuffix("/") { continue }
            entries.append(
                Entry(
                    name: name, size: Int(size), method: method, isEncrypted: flags & 1 == 1,
                    checksum: checksum, packedSize: Int(packed), offset: Int(offset)))
        }
        return entries
    }

    /// All of an entry, held against its checksum; one of more than `limit` bytes is refused before it is read.
    package func contents(of entry: Entry, limit: Int) throws(PackError) -> [UInt8] {
        guard !entry.isEncrypted else { throw .entry(.encrypted, entry.name, file: name) }
        guard entry.size <= limit, entry.packedSize <= limit else {
            throw .entry(
                .tooLarge(size: max(entry.size, entry.packedSize), limit: limit), entry.name, file: name)
        }
        // Deflate makes no more of a byte than that (zlib's technical details); nothing is allocated for a claim.
        guard entry.method == 0 || entry.size / Self.mostPerByte <= entry.packedSize else {
            throw .entry(.damaged, entry.name, file: name)
        }
        let header = try Self.read(Self.localHeaderSize, at: entry.offset, of: bytes, name)
        guard header.word32(0) == 0x0403_4B50 else { throw .entry(.noHeader, entry.name, file: name) }
        let start = entry.offset + Self.localHeaderSize + Int(header.word16(26)) + Int(header.word16(28))
        let packed = try Self.read(entry.packedSize, at: start, of: bytes, name)
        let contents: [UInt8]?
        switch entry.method {
        case 0: contents = packed.count == entry.size ? packed : nil
        case 8: contents = Deflate.inflate(packed, to: entry.size)
        default: throw .entry(.method(entry.method), entry.name, file: name)
        }
        guard let contents, Deflate.checksum(contents) == entry.checksum else {
            throw .entry(.damaged, entry.name, file: name)
        }
        return contents
    }
}

extension [UInt8] {
    /// Little endian; the bytes must be there.
    fileprivate func word16(_ offset: Int) -> UInt16 { UInt16(self[offset]) | UInt16(self[offset + 1]) << 8 }
    fileprivate func word32(_ offset: Int) -> UInt32 {
        UInt32(word16(offset)) | UInt32(word16(offset + 2)) << 16
    }
}
