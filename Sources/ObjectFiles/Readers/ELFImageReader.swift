// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The bytes that a linked program puts into memory, by physical address.
enum ELFImageReader {
    static func records(
        of source: ImageSource, expecting expectation: ImageExpectation
    ) throws(ImageError) -> ImageRecords {
        let file = try ELFFile(source.bytes, name: source.name)
        guard file.machine == expectation.machine else {
            throw .elf(
                .wrongMachine(found: file.machine, expected: expectation.machine), file: source.name)
        }
        guard file.type == ELFFile.FileType.executable else {
            throw .elf(.notExecutable(type: file.type), file: source.name)
        }
        let pieces = pieces(of: file)
        var records = ImageRecords(fileName: source.name, places: .labels(pieces.map(\.label)))
        for (index, piece) in pieces.enumerated() {
            try records.append(file.bytes[piece.contents], at: piece.address, place: index)
        }
        return records
    }

    private struct Piece {
        var label: String
        var address: UInt32
        var contents: Range<Int>
    }

    /// What the sections inside each segment put into memory, or the segment itself where no section is.
    ///
    /// A linker may let the first segment begin with the ELF header, to make it page-aligned in the file: those bytes
    /// belong to no section and to no memory.
    private static func pieces(of file: ELFFile) -> [Piece] {
        let candidates = file.sections.filter { $0.isAllocated && !$0.isZeroFilled && $0.size > 0 }
        var pieces: [Piece] = []
        var taken = Set<Int>()
        for segment in file.segments where segment.isLoaded && !segment.contents.isEmpty {
            var found = false
            for section in candidates {
                guard let contents = section.contents, contents.lowerBound >= segment.contents.lowerBound,
                    contents.upperBound <= segment.contents.upperBound
                else { continue }
                found = true
                guard taken.insert(section.index).inserted else { continue }
                let offset = UInt32(truncatingIfNeeded: contents.lowerBound - segment.contents.lowerBound)
                let (address, overflow) = segment.physicalAddress.addingReportingOverflow(offset)
                // A wrapped address is left to the check of the address space, with all the segment's bytes.
                if overflow { continue }
                pieces.append(
                    Piece(label: "section \(file.name(of: section))", address: address, contents: contents))
            }
            if !found {
                pieces.append(
                    Piece(
                        label: "segment \(segment.index)", address: segment.physicalAddress,
                        contents: segment.contents))
            }
        }
        return pieces
    }
}
