// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials

/// A section header.
package struct ELFSection: Hashable, Sendable {
    package enum Kind {
        package static let symbolTable: UInt32 = 2
        static let noBits: UInt32 = 8
    }

    package let index: Int
    package let type: UInt32
    package let flags: UInt32
    package let address: UInt32
    package let size: UInt32
    package let link: UInt32
    let nameOffset: UInt32
    let info: UInt32
    let entrySize: UInt32
    /// Where its bytes are in the file; nil for one without any.
    package let contents: Range<Int>?

    /// SHF_ALLOC: the section is in memory while the program runs.
    package var isAllocated: Bool { flags & 0x2 != 0 }
    /// SHF_WRITE.
    package var isWritable: Bool { flags & 0x1 != 0 }
    /// SHF_EXECINSTR.
    package var isExecutable: Bool { flags & 0x4 != 0 }
    /// SHF_COMPRESSED.
    package var isCompressed: Bool { flags & 0x800 != 0 }
    /// Memory without bytes in the file: zeros.
    package var isZeroFilled: Bool { type == Kind.noBits }
    package var end: UInt64 { UInt64(address) + UInt64(size) }

    /// Smallest section header.
    private static let headerSize = 40

    /// Section 0 holds the counts that do not fit in the file header.
    static func first(in bytes: [UInt8], _ header: ELFFile.Header) throws(ELFProblem) -> ELFSection? {
        guard header.sectionTable > 0 else { return nil }
        return try table(in: bytes, header, count: 1).first
    }

    static func table(
        in bytes: [UInt8], _ header: ELFFile.Header, count: Int
    ) throws(ELFProblem) -> [ELFSection] {
        guard count > 0, header.sectionTable > 0 else { return [] }
        let size = Int(header.sectionSize)
        guard size >= headerSize, Int(header.sectionTable) + count * size <= bytes.count else {
            throw .outsideFile(.sectionHeaders)
        }
        var sections: [ELFSection] = []
        for index in 0..<count {
            let start = Int(header.sectionTable) + index * size
            let section: ELFSection?
            do { section = try ELFSection(bytes, at: start, index: index) } catch {
                throw .outsideFile(.sectionHeaders)
            }
            guard let section else { throw .outsideFile(.section(index)) }
            sections.append(section)
        }
        return sections
    }

    /// - Returns: nil when the section's bytes are not all in the file.
    private init?(_ bytes: [UInt8], at start: Int, index: Int) throws(TruncatedBytes) {
        let entry = Array(bytes[start..<start + Self.headerSize])
        var reader = ByteReader(entry.span)
        self.index = index
        nameOffset = try reader.read()
        type = try reader.read()
        flags = try reader.read()
        address = try reader.read()
        let offset: UInt32 = try reader.read()
        size = try reader.read()
        link = try reader.read()
        info = try reader.read()
        _ = try reader.read(UInt32.self)
        entrySize = try reader.read()
        // SHT_NULL has no contents; its size may be the number of sections.
        guard type != 0, type != Kind.noBits else {
            contents = nil
            return
        }
        let end = Int(offset) + Int(size)
        guard end <= bytes.count else { return nil }
        contents = Int(offset)..<end
    }
}
