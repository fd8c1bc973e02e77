// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The flash's registers as text, in the file beside its cells.
///
/// A title with a version, `status` with three bytes, then `security1` to `security3` with 256 bytes each, all in
/// hexadecimal.
struct FlashRegistersFile: Equatable {
    static let title = "extflash simulated flash registers"
    static let version = 1
    /// No file this program writes is larger.
    static let limit = 4096

    var statusRegisters: [UInt8]
    var securityRegisters: [UInt8]

    init(_ state: FlashState) {
        (statusRegisters, securityRegisters) = (state.statusRegisters, state.securityRegisters)
    }

    /// Text of another version, or of something else, is refused whole: nothing is guessed.
    init(text: [UInt8], path: String) throws(BenchError) {
        let lines = String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
        guard let first = lines.first, first.hasPrefix(Self.title + " ") else {
            throw .stateForeign(path: path, detail: "it is not a file of this simulator")
        }
        guard first == "\(Self.title) \(Self.version)" else {
            throw .stateForeign(path: path, detail: "it is of another version of this simulator")
        }
        guard lines.count == 5 else {
            throw .stateForeign(path: path, detail: "it has \(lines.count) lines instead of 5")
        }
        statusRegisters = try Self.bytes(lines[1], named: "status", count: 3, path)
        securityRegisters = []
        for number in 1...3 {
            securityRegisters += try Self.bytes(
                lines[number + 1], named: "security\(number)", count: 256, path)
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

    var text: [UInt8] {
        var lines = ["\(Self.title) \(Self.version)", Self.line("status", statusRegisters[...])]
        for number in 0..<3 {
            lines.append(
                Self.line("security\(number + 1)", securityRegisters[(256 * number)..<(256 * number + 256)]))
        }
        return Array((lines.joined(separator: "\n") + "\n").utf8)
    }
    private static func line(_ name: String, _ bytes: ArraySlice<UInt8>) -> String {
        let digits = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
        return name + " " + digits.joined(separator: " ")
    }
}
