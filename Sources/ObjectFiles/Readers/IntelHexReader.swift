// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Intel HEX: `:LLAAAATT[DD…]CC` (Intel Hexadecimal Object File Format Specification, revision A).
struct IntelHexReader {
    private enum Addressing {
        /// Offsets wrap inside 64 KiB (record type 02).
        case segmented(base: UInt32)
        /// Offsets carry into the upper half (record type 04).
        case linear(upper: UInt32)
    }

    private let source: ImageSource
    private var records: ImageRecords
    private var addressing = Addressing.linear(upper: 0)
    private var endLine: Int?
    private var lastLine = 0

    static func records(of source: ImageSource) throws(ImageError) -> ImageRecords {
        var reader = IntelHexReader(source)
        try reader.run()
        return reader.records
    }

    private init(_ source: ImageSource) {
        self.source = source
        records = ImageRecords(fileName: source.name, places: .lines)
    }

    private mutating func run() throws(ImageError) {
        var lines = RecordLines(source.bytes)
        var record: [UInt8] = []
        while let (number, text) = lines.next() {
            lastLine = number
            guard !text.isEmpty else { continue }
            let isRecord = source.bytes[text.lowerBound] == UInt8(ascii: ":")
            if let endLine {
                throw failure(isRecord ? .afterEnd(endLine: endLine) : .textAfterEnd(endLine: endLine))
            }
            guard isRecord else { throw failure(.noStartMark(":")) }
            let digits = text.lowerBound + 1..<text.upperBound
            if let problem = HexDigit.decode(digits, of: source.bytes, into: &record) {
                throw failure(problem)
            }
            try interpret(record)
        }
        guard endLine != nil else { throw failure(.endMissing("end-of-file record (type 01)")) }
    }

    private mutating func interpret(_ record: [UInt8]) throws(ImageError) {
        guard record.count >= 5 else { throw failure(.tooShort) }
        let stated = Int(record[0])
        guard record.count == stated + 5 else {
            throw failure(.lengthMismatch(stated: stated, found: record.count - 5))
        }
        let expected = 0 &- record.dropLast().reduce(0, &+)
        guard record[record.count - 1] == expected else {
            throw failure(.checksum(stated: record[record.count - 1], expected: expected))
        }
        let offset = UInt32(record[1]) << 8 | UInt32(record[2])
        let data = record[4..<4 + stated]
        switch record[3] {
        case 0x00: try place(data, at: offset)
        case 0x01:
            guard stated == 0 else { throw failure(.wrongDataLength(type: "end-of-file", count: stated)) }
            endLine = lastLine
        case 0x02: addressing = .segmented(base: try word(data, "extended segment address") << 4)
        case 0x04: addressing = .linear(upper: try word(data, "extended linear address") << 16)
        // Where to start executing is of no use in a flash.
        case 0x03, 0x05:
            guard stated == 4 else { throw failure(.wrongDataLength(type: "start address", count: stated)) }
        default: throw failure(.unknownType("\(record[3])"))
        }
    }

    private mutating func place(_ data: ArraySlice<UInt8>, at offset: UInt32) throws(ImageError) {
        switch addressing {
        case .linear(let upper): try records.append(data, at: upper | offset, place: lastLine)
        case .segmented(let base):
            let room = Int(0x1_0000 - offset)
            try records.append(data.prefix(room), at: base + offset, place: lastLine)
            try records.append(data.dropFirst(room), at: base, place: lastLine)
        }
    }

    private func word(_ data: ArraySlice<UInt8>, _ type: String) throws(ImageError) -> UInt32 {
        guard data.count == 2 else { throw failure(.wrongDataLength(type: type, count: data.count)) }
        return data.reduce(0) { $0 << 8 | UInt32($1) }
    }

    private func failure(_ problem: RecordProblem) -> ImageError {
        .record(problem, file: source.name, line: lastLine)
    }
}
