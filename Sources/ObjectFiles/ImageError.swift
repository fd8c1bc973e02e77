// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Why a text record is not what it should be.
package enum RecordProblem: Hashable, Sendable {
    case noStartMark(String)
    case notHexadecimal(UInt8)
    case oddDigits
    case tooShort
    case lengthMismatch(stated: Int, found: Int)
    case checksum(stated: UInt8, expected: UInt8)
    case unknownType(String)
    case wrongDataLength(type: String, count: Int)
    /// An S5 or S6 record counts other records than there are.
    case countMismatch(stated: Int, found: Int)
    /// The record that ends the file is missing: the file was cut.
    case endMissing(String)
    /// Records follow the one that ends the file.
    case afterEnd(endLine: Int)
    /// Something that is no record follows the one that ends the file.
    case textAfterEnd(endLine: Int)
}

/// Why a UF2 block cannot be used.
package enum UF2Problem: Hashable, Sendable {
    case truncated(found: Int)
    /// A magic number or the payload size is wrong.
    case notABlock
    case totalDiffers(first: UInt32, found: UInt32)
    /// Numbered beyond the total, or twice.
    case badNumber(UInt32, total: UInt32)
    case blocksMissing(total: UInt32)
}

/// Why an ELF file cannot be used.
package enum ELFProblem: Error, Hashable, Sendable {
    case notELF
    case is64Bit
    case isBigEndian
    /// The identification bytes say neither 32 nor 64 bits, or no byte order.
    case unknownClass
    case wrongMachine(found: UInt16, expected: UInt16)
    /// Not linked: e_type 1 is an object file, 3 position independent.
    case notExecutable(type: UInt16)
    /// A structure reaches beyond the end of the file.
    case outsideFile(ELFPart)
    /// A segment has more bytes in the file than it takes up in memory.
    case segmentLargerThanMemory(Int, inFile: UInt32, inMemory: UInt32)
    /// Segments claim more bytes than the file has.
    case segmentsClaimTooMuch
}

/// A structure of an ELF file, for messages.
package enum ELFPart: Hashable, Sendable {
    case header
    case programHeaders
    case sectionHeaders
    case segment(Int)
    case section(Int)
}

/// Why input files do not make an image, or an image cannot be written as a file.
package enum ImageError: Error, Hashable, Sendable {
    /// Neither contents nor name say what the file is.
    case unknownFormat(file: String)
    /// The file is empty or holds no byte that goes into memory.
    case noData(file: String)
    case addressMissing(file: String)
    /// An address was given for a file that has its own.
    case addressNotAllowed(file: String, format: ImageFormat, address: UInt32)
    case record(RecordProblem, file: String, line: Int)
    case uf2(UF2Problem, file: String, block: Int)
    case wrongFamily(file: String, found: [UInt32], expected: [UInt32])
    case severalFamilies(file: String, found: [UInt32])
    case elf(ELFProblem, file: String)
    case beyondAddressSpace(origin: String, address: UInt32, count: Int)
    case overlap(first: String, second: String, addresses: ClosedRange<UInt32>)
    case outOfRange(origin: String, addresses: ClosedRange<UInt32>, allowed: [Range<UInt64>])
    /// A raw binary would be mostly gap.
    case spanTooLarge(count: UInt64, limit: UInt64)
}
