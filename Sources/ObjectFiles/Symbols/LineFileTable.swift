// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The directories and files of a line program's header.
enum LineFileTable {
    /// More files than any unit has; keeps a hostile header cheap.
    private static let limit = 8_192

    /// Versions 2 to 4: strings until an empty one (DWARF 4 §6.2.4); index 0 stays unused.
    static func early(_ header: inout DWARFCursor) -> [String] {
        var directories = [""]
        while let name = header.string(), !name.isEmpty, directories.count < limit {
            directories.append(name)
        }
        var files = ["?"]
        while let name = header.string(), !name.isEmpty, files.count < limit {
            guard let directory = header.leb(), header.leb() != nil, header.leb() != nil else { break }
            files.append(path(name, in: directories, Int(clamping: directory)))
        }
        return files
    }

    /// Version 5: entries whose fields are described first (DWARF 5 §6.2.4.1).
    static func version5(_ header: inout DWARFCursor, _ strings: LineStrings, is64Bit: Bool) -> [String] {
        guard let directories = entries(&header, strings, is64Bit: is64Bit),
            let files = entries(&header, strings, is64Bit: is64Bit)
        else { return [] }
        return files.map { path($0.name, in: directories.map(\.name), $0.directory) }
    }

    private static func path(_ name: String, in directories: [String], _ index: Int) -> String {
        guard !name.hasPrefix("/"), directories.indices.contains(index), !directories[index].isEmpty else {
            return name
        }
        return directories[index] + "/" + name
    }

    private struct Entry {
        var name = "?"
        var directory = 0
    }

    private static func entries(
        _ header: inout DWARFCursor, _ strings: LineStrings, is64Bit: Bool
    ) -> [Entry]? {
        guard let formatCount = header.byte() else { return nil }
        var formats: [(content: UInt64, form: UInt64)] = []
        for _ in 0..<formatCount {
            guard let content = header.leb(), let form = header.leb() else { return nil }
            formats.append((content, form))
        }
        guard let count = header.leb(), count <= limit else { return nil }
        // Entries without fields take no bytes: nothing would bound their number.
        guard count == 0 || !formats.isEmpty else { return nil }
        var entries: [Entry] = []
        for _ in 0..<count {
            var entry = Entry()
            for (content, form) in formats {
                guard let value = value(&header, form, strings, is64Bit: is64Bit) else { return nil }
                switch (content, value) {
                case (1, .string(let name)): entry.name = name
                case (2, .number(let index)): entry.directory = Int(clamping: index)
                default: break
                }
            }
            entries.append(entry)
        }
        return entries
    }

    private enum Value {
        case string(String)
        case number(UInt64)
        case other
    }

    /// The forms that producers use in line tables (DWARF 5 §7.5.6); nil for others, whose length is unknown.
    private static func value(
        _ header: inout DWARFCursor, _ form: UInt64, _ strings: LineStrings, is64Bit: Bool
    ) -> Value? {
        switch form {
        case 0x08: return header.string().map(Value.string)
        case 0x0E, 0x1F:
            guard let offset = header.unsigned(is64Bit ? 8 : 4) else { return nil }
            return .string(strings.string(at: offset, isLineString: form == 0x1F))
        case 0x0B: return header.unsigned(1).map(Value.number)
        case 0x05: return header.unsigned(2).map(Value.number)
        case 0x06: return header.unsigned(4).map(Value.number)
        case 0x07: return header.unsigned(8).map(Value.number)
        case 0x0F: return header.leb().map(Value.number)
        case 0x1E: return header.skip(16) ? .other : nil
        case 0x09:
            guard let length = header.leb() else { return nil }
            return header.skip(length) ? .other : nil
        default: return nil
        }
    }
}
