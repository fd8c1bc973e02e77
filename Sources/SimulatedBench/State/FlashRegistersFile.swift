// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// A flash's registers, and its areas beside the array, as text in the file beside its cells.
///
/// A title with a version, `part NAME`, a line for every register that is kept (`SR1 1c`), and lines `security PLACE`
/// with 64 bytes each. Version 1, which knew the W25Q128 only, is still read: `status` with three bytes, `security1` to
/// `security3` with 256 bytes each.
struct FlashRegistersFile: Equatable {
    static let title = "extflash simulated flash registers"
    static let version = 2
    /// No file this program writes is larger.
    static let limit = 64 << 10
    private static let lineBytes = 64

    var part: String
    var registers: [String: UInt16]
    var security: [UInt8]

    init(part: String, registers: [String: UInt16], security: [UInt8]) {
        (self.part, self.registers, self.security) = (part, registers, security)
    }

    /// Text of a version to come, of another part, or of something else is refused whole: nothing is guessed.
    init(text: [UInt8], path: String, part: FlashPart) throws(BenchError) {
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
        guard let first = lines.first, first.hasPrefix(Self.title + " ") else {
            throw .stateForeign(path: path, detail: "it is not a file of this simulator")
        }
        self.init(part: part.name, registers: [:], security: [])
        switch first.dropFirst(Self.title.count + 1) {
        case "1": try readFirstVersion(lines, path, part)
        case "2": try readLines(lines.dropFirst(), path, part)
        default: throw .stateForeign(path: path, detail: "it is of another version of this simulator")
        }
    }

    // MARK: Reading

    private mutating func readLines(_ lines: ArraySlice<String>, _ path: String, _ part: FlashPart)
        throws(BenchError)
    {
        func damaged(_ line: String) -> BenchError {
            .stateForeign(path: path, detail: "its line `\(line.prefix(24))` is damaged")
        }
        guard let line = lines.first, line.hasPrefix("part ") else {
            throw .stateForeign(path: path, detail: "it does not name a part")
        }
        let name = String(line.dropFirst(5))
        guard name == part.name || part.variants.contains(name) else {
            throw .stateForeign(path: path, detail: "it is of a \(name), the board has a \(part.name)")
        }
        for line in lines.dropFirst() {
            let words = line.split(separator: " ")
            guard words.count >= 2 else { throw damaged(line) }
            if words[0] == "security" {
                let bytes = words.dropFirst(2).compactMap { $0.count == 2 ? UInt8($0, radix: 16) : nil }
                guard Int(words[1], radix: 16) == security.count, bytes.count == words.count - 2,
                    !bytes.isEmpty
                else { throw damaged(line) }
                security += bytes
            } else {
                guard words.count == 2, let value = UInt16(words[1], radix: 16),
                    registers.updateValue(value, forKey: String(words[0])) == nil
                else { throw damaged(line) }
            }
        }
    }

    private mutating func readFirstVersion(_ lines: [String], _ path: String, _ part: FlashPart)
        throws(BenchError)
    {
        guard lines.count == 5 else {
            throw .stateForeign(path: path, detail: "it has \(lines.count) lines instead of 5")
        }
        let names = ["SR1", "SR2", "SR3"]
        guard names.allSatisfy({ part.register(named: $0) != nil }), part.security?.total == 768 else {
            throw .stateForeign(path: path, detail: "it is of a W25Q128, the board has a \(part.name)")
        }
        let status = try Self.bytes(lines[1], named: "status", count: 3, path)
        for (name, value) in zip(names, status) { registers[name] = UInt16(value) }
        for number in 1...3 {
            security += try Self.bytes(lines[number + 1], named: "security\(number)", count: 256, path)
        }
    }
    private static func bytes(_ line: String, named name: String, count: Int, _ path: String)
        throws(BenchError) -> [UInt8]
    {
        let words = line.split(separator: " ")
        let bytes = words.dropFirst().compactMap { $0.count == 2 ? UInt8($0, radix: 16) : nil }
        guard words.first.map(String.init) == name, words.count == count + 1, bytes.count == count else {
            throw .stateForeign(path: path, detail: "its line `\(name)` is damaged")
        }
        return bytes
    }

    // MARK: Writing

    var text: [UInt8] {
        var lines = ["\(Self.title) \(Self.version)", "part \(part)"]
        for (name, value) in registers.sorted(by: { $0.key < $1.key }) {
            lines.append(
                "\(name) \(Self.digits(UInt8(truncatingIfNeeded: value >> 8), value > 0xFF))"
                    + Self.digits(UInt8(truncatingIfNeeded: value), true))
        }
        for start in stride(from: 0, to: security.count, by: Self.lineBytes) {
            let bytes = security[start..<min(start + Self.lineBytes, security.count)]
            let words = bytes.map { Self.digits($0, true) }
            lines.append("security \(String(start, radix: 16)) " + words.joined(separator: " "))
        }
        return Array((lines.joined(separator: "\n") + "\n").utf8)
    }
    private static func digits(_ byte: UInt8, _ isShown: Bool) -> String {
        isShown ? (byte < 16 ? "0" : "") + String(byte, radix: 16) : ""
    }
}
