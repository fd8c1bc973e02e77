// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ObjectFiles
import Testing

@Suite struct `S-records` {
    @Test func `reads S1 S2 and S3 with their widths`() throws {
        let text =
            sRecord(0, address: [0, 0], Array("head".utf8)) + sRecord(1, address: [0x12, 0x34], [1])
            + sRecord(2, address: [0x12, 0x34, 0x56], [2]) + sRecord(3, address: [0x90, 0, 0, 0], [3])
            + sRecord(5, address: [0, 3], []) + sRecord(7, address: [0, 0, 0, 0], [])
        let image = try image(source("a.s37", text))
        #expect(image.segments.map(\.address) == [0x1234, 0x12_3456, 0x9000_0000])
        #expect(image.segments.map(\.origin) == ["a.s37: line 2", "a.s37: line 3", "a.s37: line 4"])
    }

    @Test func `a small letter begins a record as well`() throws {
        let text = "s1137AF00A0A0D0000000000000000000000000061\ns9030000FC\n"
        #expect(try image(source("a", text)).segments.map(\.address) == [0x7AF0])
    }

    @Test func `a published record is read`() throws {
        let text = "S1137AF00A0A0D0000000000000000000000000061\nS9030000FC\n"
        #expect(try image(source("a.srec", text)).segments[0].bytes.prefix(3) == [0x0A, 0x0A, 0x0D])
    }

    @Test func `a wrong checksum names file and line`() throws {
        let text = "S1137AF00A0A0D0000000000000000000000000062\nS9030000FC\n"
        #expect(
            try failure(source("a.srec", text))
                == .record(.checksum(stated: 0x62, expected: 0x61), file: "a.srec", line: 1))
    }

    @Test func `a count that does not fit the records is refused`() throws {
        let text = sRecord(1, address: [0, 0], [1]) + sRecord(5, address: [0, 2], []) + "S9030000FC\n"
        #expect(
            try failure(source("a.srec", text))
                == .record(.countMismatch(stated: 2, found: 1), file: "a.srec", line: 2))
    }

    @Test func `a file without termination was cut`() throws {
        #expect(try failure(source("a.srec", sRecord(1, address: [0, 0], [1]))).code == "IMG-006")
    }

    @Test(
        arguments: [
            ("S4030000FC\n", RecordProblem.unknownType("S4")), ("S1\n", .tooShort),
            ("S1020000\n", .tooShort), ("S10200FD\n", .tooShort),
            ("S1040000FC\n", .lengthMismatch(stated: 4, found: 3)), ("T1030000FC\n", .noStartMark("S")),
        ] as [(String, RecordProblem)])
    func `a malformed record is named`(line: String, problem: RecordProblem) throws {
        let text = sRecord(1, address: [0, 0], [1, 2, 3, 4]) + line + "S9030000FC\n"
        #expect(try failure(source("a.srec", text)) == .record(problem, file: "a.srec", line: 2))
    }

    @Test func `a record after the termination is refused`() throws {
        let text = sRecord(1, address: [0, 0], [1]) + "S9030000FC\n" + sRecord(1, address: [0, 9], [1])
        #expect(
            try failure(source("a.srec", text)) == .record(.afterEnd(endLine: 2), file: "a.srec", line: 3))
    }
}
