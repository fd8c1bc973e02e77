// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

extension ImageError: Diagnosable {
    package var code: String {
        switch self {
        case .unknownFormat: "IMG-001"
        case .noData: "IMG-002"
        case .addressMissing: "IMG-003"
        case .addressNotAllowed: "IMG-004"
        case .record(.checksum, _, _): "IMG-005"
        case .record(.endMissing, _, _): "IMG-006"
        case .record: "IMG-007"
        case .uf2: "IMG-008"
        case .wrongFamily: "IMG-009"
        case .severalFamilies: "IMG-010"
        case .elf(.wrongMachine, _), .elf(.is64Bit, _), .elf(.isBigEndian, _): "IMG-011"
        case .elf: "IMG-012"
        case .beyondAddressSpace: "IMG-013"
        case .overlap: "IMG-014"
        case .outOfRange: "IMG-015"
        case .spanTooLarge: "IMG-016"
        }
    }

    package var failureClass: FailureClass? {
        switch self {
        case .record(.checksum, _, _): .imageChecksum
        case .addressMissing, .addressNotAllowed: .usage
        case .overlap: .imageOverlap
        case .outOfRange: .imageBeyondFlash
        case .wrongFamily, .elf(.wrongMachine, _), .elf(.is64Bit, _), .elf(.isBigEndian, _):
            .imageForOtherTarget
        case .unknownFormat, .noData, .record, .uf2, .severalFamilies, .elf, .beyondAddressSpace,
            .spanTooLarge:
            .imageMalformed
        }
    }

    package var summary: String {
        switch self {
        case .unknownFormat(let file): "\(file): neither its contents nor its name say which format this is"
        case .noData(let file): "\(file) holds no bytes to put into memory"
        case .addressMissing(let file): "\(file) is a raw binary and was given no address"
        case .addressNotAllowed(let file, let format, let address):
            "\(file) is \(format.title), which has its own addresses, but \(address.hex) was given for it"
        case .record(let problem, let file, let line): "\(file):\(line): \(problem.text)"
        case .uf2(let problem, let file, let block): "\(file): block \(block): \(problem.text)"
        case .wrongFamily(let file, let found, let expected):
            "\(file) is made for UF2 family \(Self.list(found)), the target's is \(Self.list(expected))"
        case .severalFamilies(let file, let found):
            "\(file) holds images for several UF2 families (\(Self.list(found))) and the target's is not known"
        case .elf(let problem, let file): "\(file): \(problem.text)"
        case .beyondAddressSpace(let origin, let address, let count):
            "\(origin): \(count) bytes at \(address.hex) do not end below 4 GiB"
        case .overlap(let first, let second, let addresses):
            "\(first) and \(second) give different bytes for \(Self.text(addresses))"
        case .outOfRange(let origin, let addresses, let allowed):
            "\(origin) gives bytes for \(Self.text(addresses)), which is outside \(Self.text(allowed))"
        case .spanTooLarge(let count, let limit):
            "a raw binary of this image would have \(count) bytes, most of them gap (limit \(limit))"
        }
    }

    package var remedies: [String] {
        switch self {
        case .unknownFormat:
            ["name the format (--format elf, hex, srec, uf2 or bin), or place a raw binary as FILE@ADDRESS"]
        case .addressMissing: ["say where it goes, e.g. 0x90000000"]
        case .addressNotAllowed(_, _, _):
            ["leave the address away, or name the format bin to store the file as it is"]
        case .record(.checksum, _, _), .record(.endMissing, _, _), .uf2(.truncated, _, _),
            .uf2(.blocksMissing, _, _),
            .elf(.outsideFile, _):
            ["the file is damaged or incomplete: build or copy it again"]
        case .record(.afterEnd, _, _):
            ["two files joined with cat? Give them as two files instead"]
        case .record(.textAfterEnd, _, _): ["remove what follows the record that ends the file"]
        case .elf(.notExecutable(type: 1), _): ["give the linked program, not an object file"]
        case .elf(.wrongMachine, _), .elf(.is64Bit, _), .elf(.isBigEndian, _):
            ["this file was built for another processor: check which build produced it"]
        case .wrongFamily:
            [
                "this file was built for another processor: check which build produced it",
                "if the family is right all the same, name it with --uf2-family",
            ]
        case .severalFamilies: ["name the one to take with --uf2-family"]
        case .overlap: ["leave one of the files out, or link it to other addresses"]
        case .outOfRange:
            [
                "check the linker script's addresses, or the address given for a raw binary",
                "leave out what is not for this flash (--skip-outside)",
            ]
        case .spanTooLarge: ["write hex, srec or elf, which keep gaps, or read a smaller range"]
        default: []
        }
    }

    private static func list(_ families: [UInt32]) -> String {
        families.prefix(8).map(\.hex).joined(separator: ", ")
    }
    private static func text(_ addresses: ClosedRange<UInt32>) -> String {
        addresses.count == 1
            ? addresses.lowerBound.hex : "\(addresses.lowerBound.hex) to \(addresses.upperBound.hex)"
    }
    private static func text(_ ranges: [Range<UInt64>]) -> String {
        ranges.map { range in
            let last = range.isEmpty ? range.lowerBound : range.upperBound - 1
            return "\(UInt32(clamping: range.lowerBound).hex) to \(UInt32(clamping: last).hex)"
        }.joined(separator: ", ")
    }
}

extension RecordProblem {
    var text: String {
        switch self {
        case .noStartMark(let mark): "the record does not start with \(mark)"
        case .notHexadecimal(let byte):
            (0x21...0x7E).contains(byte)
                ? "\"\(UnicodeScalar(byte))\" is not a hexadecimal digit"
                : "byte \(byte.hex) is not a hexadecimal digit"
        case .oddDigits: "the record ends in the middle of a byte"
        case .tooShort: "the record is too short"
        case .lengthMismatch(let stated, let found):
            "the record says that it has \(stated) bytes, but has \(found)"
        case .checksum(let stated, let expected):
            "the checksum is \(stated.hex), the record's bytes give \(expected.hex)"
        case .unknownType(let type): "record type \(type) is unknown"
        case .wrongDataLength(let type, let count): "a record of type \(type) cannot have \(count) data bytes"
        case .countMismatch(let stated, let found):
            "\(stated) data records are said to precede this one, \(found) do"
        case .endMissing(let what): "the file ends here without \(what)"
        case .afterEnd(let line): "a record after the end, which was at line \(line)"
        case .textAfterEnd(let line):
            "something that is not a record after the end, which was at line \(line)"
        }
    }
}

extension UF2Problem {
    var text: String {
        switch self {
        case .truncated(let found): "only \(found) of 512 bytes are there"
        case .notABlock: "this is not a UF2 block"
        case .totalDiffers(let first, let found): "it is one of \(found) blocks, the first said \(first)"
        case .badNumber(let number, let total):
            "number \(number) of \(total) is impossible or was there before"
        case .blocksMissing(let total): "not all of \(total) blocks are there"
        }
    }
}

extension ELFProblem {
    var text: String {
        switch self {
        case .notELF: "not an ELF file"
        case .is64Bit: "a 64-bit ELF file"
        case .isBigEndian: "a big-endian ELF file"
        case .unknownClass: "an ELF file of no known class or byte order"
        case .wrongMachine(let found, let expected):
            "built for \(Self.machine(found)), not for \(Self.machine(expected))"
        case .notExecutable(let type):
            type == 1 ? "an object file, not linked" : "not an executable (ELF type \(type))"
        case .outsideFile(let part): "\(part.text) reaches beyond the end of the file"
        case .segmentLargerThanMemory(let index, let inFile, let inMemory):
            "segment \(index) has \(inFile) bytes in the file and takes up only \(inMemory) in memory"
        case .segmentsClaimTooMuch: "its segments claim more bytes than the file has"
        }
    }

    private static func machine(_ number: UInt16) -> String {
        switch number {
        case 3: "x86"
        case 8: "MIPS"
        case 40: "ARM"
        case 62: "x86-64"
        case 83: "AVR"
        case 94: "Xtensa"
        case 183: "AArch64"
        case 243: "RISC-V"
        default: "machine \(number)"
        }
    }
}

extension ELFPart {
    var text: String {
        switch self {
        case .header: "the header"
        case .programHeaders: "the table of segments"
        case .sectionHeaders: "the table of sections"
        case .segment(let index): "segment \(index)"
        case .section(let index): "section \(index)"
        }
    }
}
