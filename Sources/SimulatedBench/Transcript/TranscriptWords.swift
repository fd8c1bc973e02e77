// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// The words of one line of a transcript, taken one after the other.
struct TranscriptWords {
    private var words: ArraySlice<Substring>
    private let line: Int

    init(_ text: some StringProtocol, line: Int) {
        words = Substring(text).split(separator: " ")[...]
        self.line = line
    }

    var isAtEnd: Bool { words.isEmpty }
    func malformed(_ reason: String) -> TranscriptParser.Malformed { .init(line: line, reason: reason) }

    mutating func next() -> Substring? { words.popFirst() }
    /// True when the next word was `word`.
    mutating func skip(_ word: String) -> Bool {
        guard words.first.map({ $0 == word }) ?? false else { return false }
        words.removeFirst()
        return true
    }

    mutating func number() throws(TranscriptParser.Malformed) -> Int {
        guard let word = next(), let number = Self.number(word) else {
            throw malformed("a number is missing")
        }
        return number
    }
    /// `[64]` for 64.
    mutating func bracketed() throws(TranscriptParser.Malformed) -> Int {
        guard let word = next(), word.first == "[", word.last == "]",
            let number = Self.number(word.dropFirst().dropLast())
        else { throw malformed("how much is asked for, as in `[64]`, is missing") }
        return number
    }
    mutating func byte() throws(TranscriptParser.Malformed) -> UInt8 {
        guard let word = next(), let byte = Self.byte(word) else {
            throw malformed("an endpoint of two hexadecimal digits is missing")
        }
        return byte
    }
    /// As many as follow: `24`, or `00*14`.
    mutating func bytes() throws(TranscriptParser.Malformed) -> [UInt8] {
        var bytes: [UInt8] = []
        while let word = words.first, let byte = Self.byte(word.prefix(2)) {
            var count = 1
            if word.count > 2 {
                guard word.dropFirst(2).first == "*", let times = Self.number(word.dropFirst(3)) else {
                    throw malformed("`\(word)` is not a byte")
                }
                count = times
            }
            guard count <= TranscriptParser.byteLimit - bytes.count else {
                throw malformed("a transfer has at most \(TranscriptParser.byteLimit) bytes")
            }
            bytes += repeatElement(byte, count: count)
            words.removeFirst()
        }
        return bytes
    }

    /// `@1250.5`: microseconds since the bench was switched on; nil when something else follows.
    mutating func moment() throws(TranscriptParser.Malformed) -> Picoseconds? {
        words.first?.first == "@" ? try microseconds() : nil
    }
    /// `+124.5`: microseconds.
    mutating func duration() throws(TranscriptParser.Malformed) -> Picoseconds {
        guard words.first?.first == "+" else { throw malformed("how long it took, as in `+125`, is missing") }
        return try microseconds()
    }
    private mutating func microseconds() throws(TranscriptParser.Malformed) -> Picoseconds {
        let word = next() ?? ""
        guard let duration = Self.picoseconds(word.dropFirst()) else {
            throw malformed("`\(word)` is not a number of microseconds")
        }
        return duration
    }
    mutating func fault() throws(TranscriptParser.Malformed) -> USBFaultPlan.Fault? {
        guard let word = words.first, word.first == "!" else { return nil }
        guard let fault = USBFaultPlan.Fault(rawValue: String(word.dropFirst())) else {
            throw malformed("`\(word)` is not a fault")
        }
        words.removeFirst()
        return fault
    }
    mutating func ending() throws(TranscriptParser.Malformed) -> BenchTranscript.Ending {
        if skip("stalled") { return .stalled }
        if skip("overflow") { return .overflow }
        if skip("disconnected") { return .disconnected }
        if skip("cancelled") { return .cancelled }
        if skip("timeout") { return .timedOut(moved: try number()) }
        return .done(try bytes())
    }

    // MARK: - Numbers

    /// `81` is the first on endpoint 81h, `81#2` the second.
    static func place(_ text: Substring) -> (endpoint: UInt8, position: Int)? {
        let parts = text.split(separator: "#", omittingEmptySubsequences: false)
        guard let first = parts.first, let endpoint = byte(first), parts.count <= 2 else { return nil }
        guard parts.count == 2 else { return (endpoint, 1) }
        return number(parts[1]).map { (endpoint, $0) }
    }
    private static func isDigits(_ text: Substring) -> Bool { text.utf8.allSatisfy { 0x30...0x39 ~= $0 } }
    private static func number(_ text: Substring) -> Int? {
        isDigits(text) ? Int(text) : nil
    }
    private static func byte(_ text: Substring) -> UInt8? {
        guard text.utf8.count == 2, text.first != "+", text.first != "-" else { return nil }
        return UInt8(text, radix: 16)
    }
    /// The end of time: 100 000 s.
    static let latest: Picoseconds = 100_000_000_000_000_000
    /// At most ``latest``.
    private static func picoseconds(_ text: Substring) -> Picoseconds? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard let whole = parts.first, 1...11 ~= whole.utf8.count, parts.count <= 2, isDigits(whole),
            let microseconds = Picoseconds(whole)
        else { return nil }
        var rest: Picoseconds = 0
        if parts.count == 2 {
            guard 1...6 ~= parts[1].utf8.count, isDigits(parts[1]), let digits = Picoseconds(parts[1]) else {
                return nil
            }
            rest = (parts[1].utf8.count..<6).reduce(digits) { value, _ in value * 10 }
        }
        let picoseconds = microseconds * 1_000_000 + rest
        return picoseconds <= latest ? picoseconds : nil
    }
}
