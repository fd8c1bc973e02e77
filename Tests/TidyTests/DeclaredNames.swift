// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation

/// A declaration with package access, found in the text of its file.
struct DeclaredName {
    let name: String
    let file: String
    let line: Int
    /// The comment in front of it.
    let comment: String

    /// Those of one file, but for initialisers, subscripts, operators and the fields of registers: a register prints every
    /// field that its manual has, whoever asks for it.
    static func all(in file: SourceTree.File) -> [DeclaredName] {
        var found: [DeclaredName] = []
        var comment = ""
        for (index, line) in file.text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let text = line.drop { $0 == " " }
            if text.hasPrefix("///") {
                comment += text + "\n"
            } else if let name = declared(text) {
                found.append(DeclaredName(name: name, file: file.path, line: index + 1, comment: comment))
                comment = ""
            } else if !text.hasPrefix("@") {
                comment = ""
            }
        }
        return found
    }

    private static func declared(_ line: Substring) -> String? {
        guard !line.contains(#/= Field</#) else { return nil }
        let pattern =
            #/^(?:@\w+(?:\([^)]*\))? )*package (?:[a-z]+(?:\([a-z]+\))? )*?(?:func|var|let|struct|class|enum|protocol|actor|typealias) `?(\w+)/#
        return line.firstMatch(of: pattern).map { String($0.1) }
    }
}

extension SourceTree.File {
    /// Every word of the code, comments left out.
    var words: Set<Substring> { Set(Self.words(code)) }

    /// What the declarations with package access say in front of their bodies and values, without the names they declare;
    /// what cases carry; and the keys of documents.
    var interface: Set<Substring> {
        let code = code
        var words: Set<Substring> = []
        let heads = code.split(separator: "package ").dropFirst().map { declaration in
            declaration.prefix { $0 != "{" }.split(separator: "\n\n").first ?? ""
        }
        for head in heads {
            // The first word behind the keywords is its own name.
            let all = Self.words(head)
            let keyword = all.firstIndex { Self.keywords.contains($0) } ?? all.startIndex
            words.formUnion(all.dropFirst(keyword + 2))
        }
        for line in code.split(separator: "\n") where line.drop(while: { $0 == " " }).hasPrefix("case ") {
            words.formUnion(Self.words(line))
        }
        // A key of a document is quoted.
        for (index, part) in code.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
        where index % 2 == 1 {
            words.insert(part)
        }
        return words
    }

    private static let keywords: Set<Substring> = [
        "func", "var", "let", "struct", "class", "enum", "protocol", "actor", "typealias",
    ]

    private static func words(_ text: some StringProtocol) -> [Substring] {
        Substring(text).utf8.split { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                false
            default: true
            }
        }.map { Substring($0) }
    }

    private var code: String {
        text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { line in
                let text = Substring(line)
                return text.range(of: "//").map { String(text[..<$0.lowerBound]) } ?? String(text)
            }
            .joined(separator: "\n")
    }
}
