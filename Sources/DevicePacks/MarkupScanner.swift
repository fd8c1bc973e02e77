// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The tags of an XML text, in their order: what a pack's description needs of it, without entities of its own.
struct MarkupScanner {
    struct Tag: Hashable {
        let name: String
        let attributes: [String: String]
        let isOpening: Bool
        /// An opening tag that is closed by itself, or a closing one.
        let isClosing: Bool
    }
    /// From 1; where the text is not well-formed.
    struct Malformed: Error, Hashable { let line: Int }

    private let text: [UInt8]
    private var place = 0

    /// More attributes than any tag of a description has.
    private static let attributeLimit = 64

    init(_ text: [UInt8]) { self.text = text }

    /// Nil at the end.
    mutating func next() throws(Malformed) -> Tag? {
        while let start = text[place...].firstIndex(of: UInt8(ascii: "<")) {
            place = start
            if starts(with: "<!--") {
                try skip(past: "-->")
            } else if starts(with: "<![CDATA[") {
                try skip(past: "]]>")
            } else if starts(with: "<?") {
                try skip(past: "?>")
            } else if starts(with: "<!") {
                // A document type; one with rules of its own has them in brackets, which no pack needs.
                try skip(past: ">")
            } else {
                return try tag()
            }
        }
        return nil
    }

    private func starts(with word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard text.count - place >= count else { return false }
        return word.withUTF8Buffer { $0.elementsEqual(text[place..<place + count]) }
    }
    private mutating func skip(past word: StaticString) throws(Malformed) {
        let start = place
        while place < text.count {
            if starts(with: word) {
                place += word.utf8CodeUnitCount
                return
            }
            place += 1
        }
        throw malformed(start)
    }
    private func malformed(_ place: Int) -> Malformed {
        Malformed(line: 1 + text[..<min(place, text.count)].count { $0 == UInt8(ascii: "\n") })
    }

    private mutating func tag() throws(Malformed) -> Tag {
        let start = place
        place += 1
        let isEnd = peek == UInt8(ascii: "/")
        if isEnd { place += 1 }
        let name = word()
        guard !name.isEmpty else { throw malformed(start) }
        var attributes: [String: String] = [:]
        while true {
            skipSpace()
            switch peek {
            case UInt8(ascii: ">"):
                place += 1
                return Tag(name: name, attributes: attributes, isOpening: !isEnd, isClosing: isEnd)
            case UInt8(ascii: "/"):
                place += 1
                guard !isEnd, peek == UInt8(ascii: ">") else { throw malformed(start) }
                place += 1
                return Tag(name: name, attributes: attributes, isOpening: true, isClosing: true)
            default:
                let (key, value) = try attribute(start)
                guard attributes.count < Self.attributeLimit else { throw malformed(start) }
                attributes[key] = value
            }
        }
    }

    private mutating func attribute(_ start: Int) throws(Malformed) -> (String, String) {
        let key = word()
        skipSpace()
        guard !key.isEmpty, peek == UInt8(ascii: "=") else { throw malformed(start) }
        place += 1
        skipSpace()
        guard let quote = peek, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
            throw malformed(start)
        }
        place += 1
        guard let end = text[place...].firstIndex(of: quote) else { throw malformed(start) }
        let value = Self.plain(String(decoding: text[place..<end], as: UTF8.self))
        place = end + 1
        return (key, value)
    }

    private var peek: UInt8? { place < text.count ? text[place] : nil }
    private mutating func skipSpace() {
        while let byte = peek, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { place += 1 }
    }
    private mutating func word() -> String {
        let start = place
        while let byte = peek, ![0x20, 0x09, 0x0A, 0x0D].contains(byte),
            !"<>/='\"".utf8.contains(byte)
        {
            place += 1
        }
        return String(decoding: text[start..<place], as: UTF8.self)
    }

    /// The five characters that every XML text can write as entities.
    private static func plain(_ text: String) -> String {
        guard text.contains("&") else { return text }
        return text.replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
            .replacing("&apos;", with: "'").replacing("&amp;", with: "&")
    }
}
