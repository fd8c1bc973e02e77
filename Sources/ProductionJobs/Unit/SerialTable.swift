// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Rows of a CSV file, one for each unit, with names for the columns.
package struct SerialTable: Hashable, Sendable {
    /// The first tells the rows apart.
    package let columns: [String]
    package let rows: [[String]]

    package static let rowLimit = 100_000
    static let columnLimit = 16
    /// Bytes of one cell.
    static let cellLimit = 256

    /// What is wrong with a file, and in which of its lines.
    package struct Mistake: Error, Hashable, Sendable, CustomStringConvertible {
        package let line: Int
        package let detail: String
        package var description: String { "line \(line): \(detail)" }
    }

    /// Reads RFC 4180: the names of the columns first, cells in `"` where they hold commas or line ends.
    package init(csv text: String) throws(Mistake) {
        var reader = CSVReader(text)
        guard let head = try reader.next(), head.cells != [""] else {
            throw Mistake(line: 1, detail: "the names of the columns are missing")
        }
        let names = head.cells
        guard names.count <= Self.columnLimit, names.allSatisfy({ Identifier.isValid($0) }),
            Set(names).count == names.count
        else {
            throw Mistake(
                line: 1,
                detail:
                    "the names of the columns are at most \(Self.columnLimit) different words of letters, digits, "
                    + "`.`, `_` and `-`")
        }
        var rows: [[String]] = []
        var seen: [String: Int] = [:]
        while let row = try reader.next() {
            if row.cells == [""] { continue }
            try Self.check(row, columns: names.count)
            if let before = seen.updateValue(row.line, forKey: row.cells[0]) {
                throw Mistake(line: row.line, detail: "\(row.cells[0]) stands in line \(before) already")
            }
            rows.append(row.cells)
            guard rows.count <= Self.rowLimit else {
                throw Mistake(line: row.line, detail: "there are more than \(Self.rowLimit) rows")
            }
        }
        guard !rows.isEmpty else { throw Mistake(line: 1, detail: "there is no row") }
        (columns, self.rows) = (names, rows)
    }

    private static func check(_ row: CSVReader.Row, columns: Int) throws(Mistake) {
        guard row.cells.count == columns else {
            throw Mistake(
                line: row.line, detail: "there are \(row.cells.count) cells for \(columns) columns")
        }
        for cell in row.cells {
            guard (1...cellLimit).contains(cell.utf8.count),
                cell.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7f })
            else {
                throw Mistake(
                    line: row.line, detail: "a cell is empty, longer than \(cellLimit) bytes or no plain text"
                )
            }
        }
    }

    /// One row as a line that ``cells(of:)`` takes apart again.
    package static func line(_ cells: [String]) -> String {
        cells.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }.joined(separator: ",")
    }

    /// Takes apart what ``line(_:)`` has made; an empty line is no row.
    package static func cells(of line: String) throws(Mistake) -> [String] {
        var reader = CSVReader(line)
        guard let row = try reader.next() else { throw Mistake(line: 1, detail: "it is empty") }
        return row.cells
    }

    /// Rows that were checked before, with the names of the columns in front.
    package init(lines: [String]) throws(Mistake) {
        var rows: [[String]] = []
        for (index, line) in lines.enumerated() {
            do { rows.append(try Self.cells(of: line)) } catch {
                throw Mistake(line: index + 1, detail: error.detail)
            }
        }
        guard let columns = rows.first else { throw Mistake(line: 1, detail: "there is no row") }
        if let index = rows.firstIndex(where: { $0.count != columns.count }) {
            throw Mistake(
                line: index + 1, detail: "there are \(rows[index].count) cells for \(columns.count) columns")
        }
        (self.columns, self.rows) = (columns, Array(rows.dropFirst()))
    }
}

/// Takes CSV apart, row by row.
private struct CSVReader {
    struct Row {
        var cells: [String]
        /// Where it begins, from 1.
        var line: Int
    }

    private let bytes: [UInt8]
    private var position = 0
    private var line = 1

    init(_ text: String) {
        bytes = Array(text.utf8)
        // A byte order mark, as spreadsheets write one.
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    }

    /// Nil at the end.
    mutating func next() throws(SerialTable.Mistake) -> Row? {
        guard position < bytes.count else { return nil }
        var row = Row(cells: [], line: line)
        while true {
            row.cells.append(try cell())
            guard position < bytes.count else { return row }
            let end = bytes[position]
            position += 1
            if end == UInt8(ascii: ",") { continue }
            line += 1
            return row
        }
    }

    /// Leaves the position at the comma, the line feed, or the end.
    private mutating func cell() throws(SerialTable.Mistake) -> String {
        var text: [UInt8] = []
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
            while position < bytes.count, !isEnd(bytes[position]) {
                text.append(bytes[position])
                position += 1
            }
            if text.last == UInt8(ascii: "\r") { text.removeLast() }
            return String(decoding: text, as: UTF8.self)
        }
        let start = line
        position += 1
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == UInt8(ascii: "\n") { line += 1 }
            guard byte == UInt8(ascii: "\"") else {
                text.append(byte)
                continue
            }
            guard position < bytes.count, bytes[position] == byte else { return try closed(text) }
            text.append(byte)
            position += 1
        }
        throw SerialTable.Mistake(line: start, detail: "a quoted cell has no end")
    }

    /// Behind the closing quote.
    private mutating func closed(_ text: [UInt8]) throws(SerialTable.Mistake) -> String {
        if position < bytes.count, bytes[position] == UInt8(ascii: "\r") { position += 1 }
        guard position == bytes.count || isEnd(bytes[position]) else {
            throw SerialTable.Mistake(line: line, detail: "something stands behind the end of a quoted cell")
        }
        return String(decoding: text, as: UTF8.self)
    }

    private func isEnd(_ byte: UInt8) -> Bool { byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\n") }
}
