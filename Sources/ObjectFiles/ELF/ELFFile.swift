// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// A 32-bit little-endian ELF file: its tables, checked against the file's size, over the bytes they describe.
///
/// (System V ABI, chapter 4 "Object Files".)
package struct ELFFile: Hashable, Sendable {
    package static let magic: [UInt8] = [0x7F, 0x45, 0x4C, 0x46]

    package enum FileType {
        package static let executable: UInt16 = 2
    }

    package let bytes: [UInt8]
    package let type: UInt16
    package let machine: UInt16
    package let entry: UInt32
    package let segments: [ELFSegment]
    package let sections: [ELFSection]
    /// Where section names are; nil without a name table.
    private let nameTable: Range<Int>?

    /// Reads all tables; `name` is the file's, for errors.
    package init(_ bytes: [UInt8], name: String) throws(ImageError) {
        do { self = try ELFFile(checked: bytes) } catch { throw .elf(error, file: name) }
    }

    private init(checked bytes: [UInt8]) throws(ELFProblem) {
        try Self.checkIdentification(bytes)
        let header: Header
        do { header = try Header(bytes) } catch { throw .outsideFile(.header) }
        (self.bytes, type, machine, entry) = (bytes, header.type, header.machine, header.entry)
        let first = try ELFSection.first(in: bytes, header)
        // Numbers that do not fit in the header are in the first section (gABI "Extended section numbering").
        let sectionCount = header.sectionCount == 0 ? Int(first?.size ?? 0) : Int(header.sectionCount)
        let segmentCount = header.segmentCount == 0xFFFF ? Int(first?.info ?? 0) : Int(header.segmentCount)
        let namesIndex = header.namesIndex == 0xFFFF ? Int(first?.link ?? 0) : Int(header.namesIndex)
        segments = try ELFSegment.table(in: bytes, header, count: segmentCount)
        sections = try ELFSection.table(in: bytes, header, count: sectionCount)
        nameTable = sections.indices.contains(namesIndex) ? sections[namesIndex].contents : nil
    }

    private static func checkIdentification(_ bytes: [UInt8]) throws(ELFProblem) {
        guard bytes.starts(with: magic) else { throw .notELF }
        guard bytes.count >= 16 else { throw .outsideFile(.header) }
        switch (bytes[4], bytes[5]) {
        case (1, 1): break
        case (2, _): throw .is64Bit
        case (1, 2): throw .isBigEndian
        default: throw .unknownClass
        }
    }

    /// The file header behind the identification bytes.
    struct Header {
        var type, machine: UInt16
        var entry, segmentTable, sectionTable: UInt32
        var segmentSize, segmentCount, sectionSize, sectionCount, namesIndex: UInt16

        init(_ bytes: [UInt8]) throws(TruncatedBytes) {
            var reader = ByteReader(bytes.span)
            _ = try reader.readBytes(16)
            type = try reader.read()
            machine = try reader.read()
            _ = try reader.read(UInt32.self)
            entry = try reader.read()
            segmentTable = try reader.read()
            sectionTable = try reader.read()
            _ = try reader.read(UInt32.self)
            _ = try reader.read(UInt16.self)
            segmentSize = try reader.read()
            segmentCount = try reader.read()
            sectionSize = try reader.read()
            sectionCount = try reader.read()
            namesIndex = try reader.read()
        }
    }

    /// The name of a section; empty when the file does not say.
    package func name(of section: ELFSection) -> String {
        guard let nameTable else { return "" }
        return string(at: Int(section.nameOffset), in: nameTable)
    }

    package func section(named name: String) -> ELFSection? {
        sections.first { self.name(of: $0) == name }
    }

    /// The bytes of a section that has some in the file.
    package func contents(of section: ELFSection) -> ArraySlice<UInt8> {
        section.contents.map { bytes[$0] } ?? []
    }

    /// Longest name that is read: a hostile file may point many names at one long string.
    private static let longestName = 512

    /// A string that ends with NUL or with its table.
    func string(at offset: Int, in table: Range<Int>) -> String {
        guard offset >= 0, offset < table.count else { return "" }
        let rest = bytes[(table.lowerBound + offset)..<table.upperBound].prefix(Self.longestName)
        return String(decoding: rest.prefix { $0 != 0 }, as: UTF8.self)
    }
}
