// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Motorola S-records: `STLL[AA…][DD…]CC`, with 16-, 24- or 32-bit addresses (S19, S28, S37).
struct SRecordReader {
    private let source: ImageSource
    private var records: ImageRecords
    private var dataCount = 0
    private var endLine: Int?
    private var lastLine = 0

    static func records(of source: ImageSource) throws(ImageError) -> ImageRecords {
        var reader = SRecordReader(source)
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
            let isRecord = Self.isMark(source.bytes[text.lowerBound])
            if let endLine {
                throw failure(isRecord ? .afterEnd(endLine: endLine) : .textAfterEnd(endLine: endLine))
            }
            guard isRecord else { throw failure(.noStartMark("S")) }
            guard text.count >= 2 else { throw failure(.tooShort) }
            let digits = text.lowerBound + 2..<text.upperBound
            if let problem = HexDigit.decode(digits, of: source.bytes, into: &record) {
                throw failure(problem)
            }
            try interpret(type: source.bytes[text.lowerBound + 1], record)
        }
        guard endLine != nil else { throw failure(.endMissing("termination record (S7, S8 or S9)")) }
    }

    private mutating func interpret(type: UInt8, _ record: [UInt8]) throws(ImageError) {
        guard let first = record.first else { throw failure(.tooShort) }
        let stated = Int(first)
        guard record.count == stated + 1 else {
            throw failure(.lengthMismatch(stated: stated, found: record.count - 1))
        }
        guard let addressSize = Self.addressSize(type) else {
            throw failure(.unknownType("S" + String(UnicodeScalar(type))))
        }
        guard stated >= addressSize + 1 else { throw failure(.tooShort) }
        let expected = ~record.dropLast().reduce(0, &+)
        guard record[record.count - 1] == expected else {
            throw failure(.checksum(stated: record[record.count - 1], expected: expected))
        }
        let address = record[1..<1 + addressSize].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        switch type {
        case UInt8(ascii: "1")...UInt8(ascii: "3"):
            try records.append(record[(1 + addressSize)..<stated], at: address, place: lastLine)
            dataCount += 1
        case UInt8(ascii: "5"), UInt8(ascii: "6"):
            // The count is what fits in 16 or 24 bits.
            let found =
                UInt32(truncatingIfNeeded: dataCount) & (type == UInt8(ascii: "5") ? 0xFFFF : 0xFF_FFFF)
            guard address == found else {
                throw failure(.countMismatch(stated: Int(address), found: Int(found)))
            }
        case UInt8(ascii: "7")...UInt8(ascii: "9"): endLine = lastLine
        default: break  // S0, a comment.
        }
    }

    /// Some tools write a small letter.
    static func isMark(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "S") || byte == UInt8(ascii: "s") }

    /// Bytes of address in a record of this type; nil for the reserved S4 and for no digit.
    private static func addressSize(_ type: UInt8) -> Int? {
        switch type {
        case UInt8(ascii: "0"), UInt8(ascii: "1"), UInt8(ascii: "5"), UInt8(ascii: "9"): 2
        case UInt8(ascii: "2"), UInt8(ascii: "6"), UInt8(ascii: "8"): 3
        case UInt8(ascii: "3"), UInt8(ascii: "7"): 4
        default: nil
        }
    }

    private func failure(_ problem: RecordProblem) -> ImageError {
        .record(problem, file: source.name, line: lastLine)
    }
}
