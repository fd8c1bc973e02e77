// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Text as mdoc(7) wants it.
enum ManualText {
    /// Paragraphs of running text: each sentence on a line of its own.
    static func paragraphs(_ text: String) -> [String] {
        var lines: [String] = []
        for paragraph in text.split(separator: "\n").filter({ !$0.allSatisfy(\.isWhitespace) }) {
            if !lines.isEmpty { lines.append(".Pp") }
            lines += sentences(String(paragraph))
        }
        return lines
    }

    static func sentences(_ text: String) -> [String] {
        var sentences: [String] = [""]
        for word in text.split(separator: " ") {
            if let last = sentences.last, ends(last), word.first.map({ $0.isUppercase || $0 == "`" }) == true
            {
                sentences.append("")
            }
            let last = sentences.count - 1
            sentences[last] += (sentences[last].isEmpty ? "" : " ") + word
        }
        return sentences.map(line).filter { !$0.isEmpty }.flatMap(wrapped)
    }

    /// Lines of at most 78 columns.
    private static func wrapped(_ text: String) -> [String] {
        var lines: [String] = []
        for word in text.split(separator: " ") {
            if let last = lines.last, last.count + word.count < 78 {
                lines[lines.count - 1] = last + " " + word
            } else {
                // What would be a macro at the start of a line.
                lines.append((word.hasPrefix(".") || word.hasPrefix("'") ? "\\&" : "") + word)
            }
        }
        return lines
    }

    private static func ends(_ text: String) -> Bool {
        guard let last = text.last, ".!?".contains(last) else { return false }
        // `e.g.`, `i.e.`.
        return text.dropLast().last != "g" && text.dropLast().last != "e" || !text.dropLast(2).hasSuffix(".")
    }

    /// One line of text, with what stands between backticks in bold type.
    private static func line(_ text: String) -> String {
        var result = "", isCode = false
        for piece in text.split(separator: "`", omittingEmptySubsequences: false) {
            if !result.isEmpty || isCode { result += isCode ? "\\fB" : "\\fP" }
            result += isCode ? escaped(String(piece), dashes: true) : words(String(piece))
            isCode.toggle()
        }
        return result
    }

    /// Words that are options or paths keep their hyphens as they are typed.
    private static func words(_ text: String) -> String {
        text.split(separator: " ", omittingEmptySubsequences: false).map { word in
            let bare = word.drop { "(\u{2018}\u{201c}\"[".contains($0) }
            return escaped(
                String(word), dashes: bare.hasPrefix("-") || bare.contains("/") || bare.contains("="))
        }.joined(separator: " ")
    }

    /// An argument of a macro: no word of it is taken for a macro.
    static func argument(_ text: String) -> String {
        text.split(separator: " ").map { word in
            let isMacroLike = (2...3).contains(word.count) && word.first?.isUppercase == true
            let isPunctuation = word.count == 1 && ".,:;()[]?!|".contains(word)
            return (isMacroLike || isPunctuation ? "\\&" : "") + escaped(String(word), dashes: true)
        }.joined(separator: " ")
    }

    static func escaped(_ text: String, dashes: Bool) -> String {
        text.unicodeScalars.reduce(into: "") { result, scalar in
            switch scalar {
            case "\\": result += "\\e"
            case "-" where dashes: result += "\\-"
            case "\"": result += "\\(dq"
            case _ where !scalar.isASCII:
                let digits = String(scalar.value, radix: 16, uppercase: true)
                result += "\\[u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + "]"
            default: result.unicodeScalars.append(scalar)
            }
        }
    }
}
