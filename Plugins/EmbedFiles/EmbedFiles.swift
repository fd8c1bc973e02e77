// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation

/// Writes a Swift source that holds the bytes of files: `EmbedFiles OUTPUT NAME=PATH… [-- COMMAND ARG…]…`.
///
/// A PATH that is a directory stands for every `.yaml` file below it, each called NAME/FILE or NAME/FOLDER/FILE. Each COMMAND runs first and
/// makes a file. The program runs on the machine that builds, as a tool of the build plugins.
@main
enum EmbedFiles {
    struct Failure: Error { let text: String }

    static func main() {
        do {
            try run(Array(CommandLine.arguments.dropFirst()))
        } catch {
            let text = (error as? Failure)?.text ?? "\(error)"
            FileHandle.standardError.write(Data("error: EmbedFiles: \(text)\n".utf8))
            exit(1)
        }
    }

    private static func run(_ arguments: [String]) throws {
        let parts = arguments.split(separator: "--", omittingEmptySubsequences: false)
        guard let output = parts.first?.first else { throw Failure(text: "no output was named") }
        for command in parts.dropFirst() { try make(Array(command)) }
        var files: [(name: String, bytes: Data)] = []
        for pair in parts[0].dropFirst() {
            guard let mark = pair.firstIndex(of: "=") else {
                throw Failure(text: "\(pair): expected NAME=PATH")
            }
            let url = URL(filePath: String(pair[pair.index(after: mark)...]))
            files += try read(url, as: String(pair[..<mark]))
        }
        try Data(source(of: files).utf8).write(to: URL(filePath: output), options: .atomic)
    }

    private static func make(_ command: [String]) throws {
        guard let program = command.first else { throw Failure(text: "no command after --") }
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = Array(command.dropFirst())
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(text: "\(program) ended with \(process.terminationStatus)")
        }
    }

    private static func read(_ url: URL, as name: String) throws -> [(name: String, bytes: Data)] {
        guard try url.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true else {
            return [(name, try Data(contentsOf: url))]
        }
        return try FileManager.default.subpathsOfDirectory(atPath: url.path(percentEncoded: false))
            .filter { $0.hasSuffix(".yaml") }.sorted()
            .map { ("\(name)/\($0)", try Data(contentsOf: url.appending(path: $0))) }
    }

    /// A byte is the character with its number in a string literal: compiled fast, and only read when asked for.
    private static func source(of files: [(name: String, bytes: Data)]) -> String {
        var text = """
            // Written by the build; do not edit.

            /// Files as they were when the program was built.
            enum EmbeddedFiles {
                /// In the order of their names.
                static let names: [String] = [\(files.map { "\"\($0.name)\"" }.joined(separator: ", "))]

                /// Nil when no file of that name was embedded.
                static func bytes(of name: String) -> [UInt8]? { literal(of: name).map(decoded) }

                /// Undoes UTF-8: the literals have no character beyond U+00FF.
                private static func decoded(_ literal: StaticString) -> [UInt8] {
                    literal.withUTF8Buffer { text in
                        var bytes: [UInt8] = []
                        bytes.reserveCapacity(text.count)
                        var index = 0
                        while index < text.count {
                            if text[index] < 0x80 {
                                bytes.append(text[index])
                                index += 1
                            } else {
                                bytes.append(text[index] << 6 | text[index + 1] & 0x3F)
                                index += 2
                            }
                        }
                        return bytes
                    }
                }

                private static func literal(of name: String) -> StaticString? {
                    switch name {

            """
        for file in files {
            text += "        case \"\(file.name)\": \"\(literal(file.bytes))\"\n"
        }
        return text + "        default: nil\n        }\n    }\n}\n"
    }

    private static func literal(_ bytes: Data) -> String {
        var text = ""
        for byte in bytes {
            switch byte {
            case 0x0A: text += "\\n"
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): text += "\\" + String(UnicodeScalar(byte))
            case 0x20...0x7E: text.unicodeScalars.append(UnicodeScalar(byte))
            default: text += "\\u{\(String(byte, radix: 16))}"
            }
        }
        return text
    }
}
