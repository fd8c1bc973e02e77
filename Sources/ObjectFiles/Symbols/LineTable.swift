// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The rows of all line programs of a file (DWARF 2 to 5, .debug_line).
struct LineTable: Hashable, Sendable {
    /// A stretch of code that comes from one line.
    struct Row: Hashable, Sendable {
        var start: UInt32
        var end: UInt32
        var line: UInt32
        var file: UInt32
    }

    /// In order of their start, disjoint for code that a linker laid out.
    private let rows: [Row]
    private let files: [String]

    /// Rows beyond this are not read: no loader has a hundredth of it.
    private static let rowLimit = 4_000_000
    private static let fileLimit = 65_536

    init(_ file: ELFFile) {
        var rows: [Row] = []
        var files: [String] = []
        let strings = LineStrings(file)
        if let section = file.section(named: ".debug_line"), !section.isCompressed,
            let contents = section.contents
        {
            var cursor = DWARFCursor(file.bytes, contents)
            while rows.count < Self.rowLimit, let unit = LineProgram(&cursor, strings) {
                unit.run { row in
                    guard rows.count < Self.rowLimit else { return }
                    rows.append(
                        Row(
                            start: row.start, end: row.end, line: row.line,
                            file: UInt32(clamping: files.count) &+ row.file))
                }
                files += unit.fileNames
                // Each unit may claim the same names again.
                if files.count > Self.fileLimit { break }
            }
        }
        rows.sort { ($0.start, $0.end) < ($1.start, $1.end) }
        (self.rows, self.files) = (rows, files)
    }

    func line(at address: UInt32) -> SourceLine? {
        var (low, high) = (0, rows.count)
        while low < high {
            let middle = (low + high) / 2
            if rows[middle].start <= address { low = middle + 1 } else { high = middle }
        }
        // Functions that the linker dropped leave rows at address 0 or on top of others: look back a little.
        for row in rows[max(0, low - 16)..<low].reversed() where row.end > address && row.line > 0 {
            let path = files.indices.contains(Int(row.file)) ? files[Int(row.file)] : "?"
            return SourceLine(path: path, line: row.line)
        }
        return nil
    }
}

/// The string sections that line programs refer to.
struct LineStrings {
    private let bytes: [UInt8]
    private let strings: Range<Int>
    private let lineStrings: Range<Int>

    init(_ file: ELFFile) {
        bytes = file.bytes
        strings = Self.contents(".debug_str", file)
        lineStrings = Self.contents(".debug_line_str", file)
    }

    private static func contents(_ name: String, _ file: ELFFile) -> Range<Int> {
        guard let section = file.section(named: name), !section.isCompressed else { return 0..<0 }
        return section.contents ?? 0..<0
    }

    func string(at offset: UInt64, isLineString: Bool) -> String {
        let table = isLineString ? lineStrings : strings
        guard offset < UInt64(table.count) else { return "?" }
        var cursor = DWARFCursor(bytes, table.lowerBound + Int(offset)..<table.upperBound)
        return cursor.string() ?? "?"
    }
}
