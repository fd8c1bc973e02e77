// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ObjectFiles
import Testing

@Suite struct `Intel HEX` {
    @Test func `reads the example of the specification byte for byte`() throws {
        let image = try image(source("a.hex", ":10010000214601360121470136007EFE09D2190140\n" + endOfFile))
        #expect(image.segments.count == 1)
        #expect(image.segments[0].address == 0x100)
        #expect(image.segments[0].bytes.prefix(4) == [0x21, 0x46, 0x01, 0x36])
        #expect(image.segments[0].bytes.count == 16)
        #expect(image.segments[0].origin == "a.hex: line 1")
    }

    @Test func `joins consecutive records and names their lines`() throws {
        let text =
            hexRecord(4, 0, [0x90, 0x00]) + hexRecord(0, 0, [1, 2]) + hexRecord(0, 2, [3])
            + hexRecord(0, 8, [9])
            + endOfFile
        let image = try image(source("a.hex", text))
        #expect(image.segments.map(\.address) == [0x9000_0000, 0x9000_0008])
        #expect(image.segments.map(\.bytes) == [[1, 2, 3], [9]])
        #expect(image.segments.map(\.origin) == ["a.hex: lines 2-3", "a.hex: line 4"])
    }

    @Test func `wraps inside 64 KiB after an extended segment address`() throws {
        let text = hexRecord(2, 0, [0x12, 0x34]) + hexRecord(0, 0xFFFF, [0xAA, 0xBB]) + endOfFile
        let image = try image(source("a.hex", text))
        #expect(image.segments.map(\.address) == [0x1_2340, 0x2_233F])
        #expect(image.segments.map(\.bytes) == [[0xBB], [0xAA]])
    }

    @Test func `carries into the upper half after an extended linear address`() throws {
        let text = hexRecord(4, 0, [0x90, 0x00]) + hexRecord(0, 0xFFFF, [0xAA, 0xBB]) + endOfFile
        let image = try image(source("a.hex", text))
        #expect(image.segments.map(\.address) == [0x9000_FFFF])
        #expect(image.segments[0].bytes == [0xAA, 0xBB])
    }

    @Test func `accepts every line end, blank lines, lower case and start addresses`() throws {
        let text =
            "\u{FEFF}\r\n" + hexRecord(3, 0, [0, 0, 0, 0]).lowercased() + "\r\n  "
            + hexRecord(5, 0, [8, 0, 0, 0]).dropLast() + "\r" + hexRecord(0, 0, [0xAB]).lowercased()
            + endOfFile
            + "\u{1A}"
        #expect(try image(source("a.hex", text)).segments.map(\.bytes) == [[0xAB]])
    }

    @Test func `a wrong checksum names file and line and both values`() throws {
        let text = hexRecord(0, 0, [1]) + ":0100010002FD\n" + endOfFile
        let error = try failure(source("data.hex", text))
        #expect(error == .record(.checksum(stated: 0xFD, expected: 0xFC), file: "data.hex", line: 2))
        #expect(error.code == "IMG-005")
        #expect(error.summary == "data.hex:2: the checksum is 0xfd, the record's bytes give 0xfc")
    }

    @Test func `a file without its end record was cut`() throws {
        let error = try failure(source("a.hex", hexRecord(0, 0, [1]) + hexRecord(0, 1, [2])))
        #expect(error == .record(.endMissing("end-of-file record (type 01)"), file: "a.hex", line: 2))
    }

    @Test(
        arguments: [
            (":01000000\n", RecordProblem.tooShort),
            (":0200000001FD\n", .lengthMismatch(stated: 2, found: 1)),
            (":010000000\n", .oddDigits), (":01000000G1FE\n", .notHexadecimal(0x47)),
            ("10000000\n", .noStartMark(":")), (":0000000AF6\n", .unknownType("10")),
            (":00000004FC\n", .wrongDataLength(type: "extended linear address", count: 0)),
        ] as [(String, RecordProblem)])
    func `a malformed record is named`(line: String, problem: RecordProblem) throws {
        let text = hexRecord(0, 0, [1, 2, 3, 4]) + line + endOfFile
        #expect(try failure(source("a.hex", text)) == .record(problem, file: "a.hex", line: 2))
    }

    @Test func `two files joined with cat are noticed`() throws {
        let text = hexRecord(0, 0, [1]) + endOfFile + hexRecord(0, 16, [2]) + endOfFile
        #expect(try failure(source("a.hex", text)) == .record(.afterEnd(endLine: 2), file: "a.hex", line: 3))
    }

    @Test func `bytes beyond 4 GiB are refused with their line`() throws {
        let text = hexRecord(4, 0, [0xFF, 0xFF]) + hexRecord(0, 0xFFFF, [1, 2]) + endOfFile
        #expect(
            try failure(source("a.hex", text))
                == .beyondAddressSpace(origin: "a.hex: line 2", address: 0xFFFF_FFFF, count: 2))
    }

    @Test func `the last byte of the address space can be given`() throws {
        let text = hexRecord(4, 0, [0xFF, 0xFF]) + hexRecord(0, 0xFFFF, [7]) + endOfFile
        #expect(try image(source("a.hex", text)).span == 0xFFFF_FFFF..<0x1_0000_0000)
    }

    @Test func `what follows the end is a second file, or something else`() throws {
        let text = ":0100000001FE\n:00000001FF\n; made by a tool\n"
        #expect(
            try failure(source("a.hex", text)) == .record(.textAfterEnd(endLine: 2), file: "a.hex", line: 3))
    }

    @Test func `NULs that fill up a block behind the end are nothing`() throws {
        let text = ":0100000001FE\n:00000001FF\n\0\0\0"
        #expect(try image(source("a.hex", text)).segments.map(\.bytes) == [[1]])
        #expect(try image(source("a.hex", text + "\n")).segments.map(\.bytes) == [[1]])
    }
}
