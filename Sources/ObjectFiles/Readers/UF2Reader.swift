// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// One 512-byte block (github.com/microsoft/uf2, README "File format").
struct UF2Block {
    static let size = 512
    static let magicBytes: [UInt8] = [0x55, 0x46, 0x32, 0x0A, 0x57, 0x51, 0x5D, 0x9E]
    static let endMagic: UInt32 = 0x0AB1_6F30
    private static let payloadLimit = 476

    /// The block is a comment or meant for something else than the main flash.
    var isNotMainFlash: Bool { flags & 0x1 != 0 }
    /// The block holds part of a file for a file system, not flash contents.
    var isFileContainer: Bool { flags & 0x1000 != 0 }
    /// Nil when the file does not say what it is for.
    var family: UInt32? { flags & 0x2000 != 0 ? familyOrFileSize : nil }

    var flags: UInt32
    var address: UInt32
    var number: UInt32
    var total: UInt32
    var familyOrFileSize: UInt32
    var payload: [UInt8]

    /// - Returns: nil when one of the three magic numbers or the payload size is wrong.
    init?(_ bytes: ArraySlice<UInt8>) throws(TruncatedBytes) {
        guard bytes.starts(with: Self.magicBytes) else { return nil }
        let block = Array(bytes)
        var reader = ByteReader(block.span)
        _ = try reader.read(UInt64.self)
        flags = try reader.read()
        address = try reader.read()
        let count: UInt32 = try reader.read()
        number = try reader.read()
        total = try reader.read()
        familyOrFileSize = try reader.read()
        let data = try reader.readBytes(Self.payloadLimit)
        let end: UInt32 = try reader.read()
        guard end == Self.endMagic, count <= Self.payloadLimit else { return nil }
        payload = Array(data.prefix(Int(count)))
    }
}

/// UF2: blocks that each say where they go, how many there are, and for which family of parts.
struct UF2Reader {
    private let source: ImageSource
    private let expectation: ImageExpectation

    static func records(
        of source: ImageSource, expecting expectation: ImageExpectation
    ) throws(ImageError) -> ImageRecords {
        let reader = UF2Reader(source: source, expectation: expectation)
        return try reader.records(of: try reader.blocks())
    }

    private init(source: ImageSource, expectation: ImageExpectation) {
        (self.source, self.expectation) = (source, expectation)
    }

    /// The blocks of main flash contents, with their position in the file.
    private func blocks() throws(ImageError) -> [(index: Int, block: UF2Block)] {
        var blocks: [(index: Int, block: UF2Block)] = []
        var (index, offset) = (0, 0)
        while offset < source.bytes.count {
            let end = min(offset + UF2Block.size, source.bytes.count)
            let decoded: UF2Block?
            do { decoded = try UF2Block(source.bytes[offset..<end]) } catch {
                throw .uf2(.truncated(found: end - offset), file: source.name, block: index)
            }
            guard let block = decoded else { throw .uf2(.notABlock, file: source.name, block: index) }
            if !block.isNotMainFlash, !block.isFileContainer { blocks.append((index, block)) }
            (index, offset) = (index + 1, end)
        }
        return blocks
    }

    private func records(of all: [(index: Int, block: UF2Block)]) throws(ImageError) -> ImageRecords {
        let family = try chosenFamily(of: all.map(\.block))
        var records = ImageRecords(fileName: source.name, places: .blocks)
        records.family = family
        var total: UInt32?
        var seen: [Bool] = []
        for (index, block) in all where block.family == family {
            let expected = total ?? block.total
            guard block.total == expected else {
                throw .uf2(
                    .totalDiffers(first: expected, found: block.total), file: source.name, block: index)
            }
            if total == nil {
                // Blocks that are not there cannot be seen: this also bounds what is allocated.
                guard Int(block.total) <= source.bytes.count / UF2Block.size else {
                    throw .uf2(.blocksMissing(total: block.total), file: source.name, block: index)
                }
                seen = Array(repeating: false, count: Int(block.total))
                total = block.total
            }
            guard Int(block.number) < seen.count, !seen[Int(block.number)] else {
                throw .uf2(.badNumber(block.number, total: expected), file: source.name, block: index)
            }
            seen[Int(block.number)] = true
            try records.append(block.payload, at: block.address, place: index)
        }
        // Blocks that are not for the main flash are numbered too, so only a file without such can be complete.
        if let missing = seen.firstIndex(of: false), all.count == source.bytes.count / UF2Block.size {
            throw .uf2(.blocksMissing(total: UInt32(seen.count)), file: source.name, block: missing)
        }
        return records
    }

    /// The family whose blocks are taken: the one expected, or the only one there is.
    private func chosenFamily(of blocks: [UF2Block]) throws(ImageError) -> UInt32? {
        var found: [UInt32?] = []
        for block in blocks where !found.contains(block.family) {
            found.append(block.family)
            // A handful of families in a file is a lot.
            if found.count > 64 { break }
        }
        if expectation.families.isEmpty {
            guard found.count <= 1 else {
                throw .severalFamilies(file: source.name, found: found.compactMap(\.self))
            }
            return found.first ?? nil
        }
        for family in expectation.families where found.contains(family) { return family }
        // A file that does not say what it is for is not wrong.
        guard found.contains(nil) || found.isEmpty else {
            throw .wrongFamily(
                file: source.name, found: found.compactMap(\.self), expected: expectation.families)
        }
        return nil
    }
}
