// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// Reads the text form back (``TranscriptText``), line by line.
///
/// What it is given may be damaged or made up: every line is either understood or refused with a reason.
package struct TranscriptParser {
    /// Why a line was refused.
    package struct Malformed: Error, Hashable, Sendable {
        /// From 1.
        package let line: Int
        package let reason: String
    }

    /// As after `sim:`; empty until the header has been read.
    package private(set) var selector = ""
    /// Number of the line read last.
    package private(set) var line = 0
    private var hasVersion = false
    private var submissions = 0
    /// Transfers without an end so far, by endpoint.
    private var pending: [UInt8: [(number: Int, submittedAt: Picoseconds)]] = [:]
    /// What time a line without one means.
    private var time: Picoseconds = 0

    /// Most bytes of one transfer; the host's limit is the same.
    static let byteLimit = 16 << 20

    package init() {}

    /// A whole file.
    ///
    /// A last line without its end is left out: the run was killed while writing it.
    package static func lines(of text: String) -> [Substring] {
        text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    }

    /// - Returns: what the line says, a transfer and its end at the most.
    package mutating func entries(of text: some StringProtocol) throws(Malformed) -> [BenchTranscript.Entry] {
        line += 1
        guard let first = text.first, first != "#" else { return [] }
        guard hasVersion else {
            guard text == "extflash transcript 1" else {
                throw malformed("the first line of a transcript is `extflash transcript 1`")
            }
            hasVersion = true
            return []
        }
        guard !selector.isEmpty else {
            guard text.hasPrefix("probe "), text.count > 6 else {
                throw malformed("a transcript names its `probe` before anything else")
            }
            selector = String(text.dropFirst(6))
            return []
        }
        var words = TranscriptWords(text, line: line)
        let entries = try entries(&words)
        guard words.isAtEnd else { throw words.malformed("it goes on where it should end") }
        return entries
    }
    private func malformed(_ reason: String) -> Malformed { Malformed(line: line, reason: reason) }

    private mutating func entries(_ words: inout TranscriptWords) throws(Malformed) -> [BenchTranscript.Entry]
    {
        let kind = words.next() ?? ""
        switch kind {
        case ">":
            let endpoint = try words.byte()
            try takeTime(&words)
            return try transfer(.out(try words.bytes(), endpoint: endpoint), &words)
        case "<":
            let endpoint = try words.byte()
            try takeTime(&words)
            return try transfer(.read(count: try words.bracketed(), endpoint: endpoint), &words)
        case "S":
            try takeTime(&words)
            let setup = try setup(&words)
            let data = words.skip(":") ? try words.bytes() : []
            return try transfer(.control(setup: setup, data: data), &words)
        case "H":
            try takeTime(&words)
            return try transfer(.request(setup: try setup(&words)), &words)
        case "cancel":
            let ended = try takePending(words.next() ?? "", words)
            try takeTime(&words)
            return [entry(.cancelled(ended.number, received: try words.bytes()))]
        case "reset", "unplug", "plug", "power-cycle":
            try takeTime(&words)
            return [entry(doing(kind, &words))]
        default:
            guard kind.first == "=" else { throw words.malformed("`\(kind)` begins no line of a transcript") }
            let ended = try takePending(kind.dropFirst(), words)
            return [try end(of: ended.number, after: try words.duration(), from: ended.submittedAt, &words)]
        }
    }
    private func doing(_ kind: Substring, _ words: inout TranscriptWords) -> BenchTranscript.Event {
        switch kind {
        case "reset": .portReset
        case "unplug": .unplugged(byFault: words.skip("!disconnect"))
        case "plug": .plugged
        default: .powerCycled
        }
    }
    private func entry(_ event: BenchTranscript.Event) -> BenchTranscript.Entry {
        BenchTranscript.Entry(event, at: time.duration)
    }
    private mutating func takeTime(_ words: inout TranscriptWords) throws(Malformed) {
        if let moment = try words.moment() { time = moment }
    }

    /// The rest of a transfer's line: its fault, and its end if it is here.
    private mutating func transfer(_ work: BenchTranscript.Work, _ words: inout TranscriptWords)
        throws(Malformed) -> [BenchTranscript.Entry]
    {
        let fault = try words.fault()
        submissions += 1
        let (start, submitted) = (time, entry(.submitted(submissions, work, fault: fault)))
        guard !words.isAtEnd else {
            pending[work.endpoint, default: []].append((submissions, start))
            return [submitted]
        }
        return [submitted, try end(of: submissions, after: try words.duration(), from: start, &words)]
    }
    private mutating func end(
        of number: Int, after duration: Picoseconds, from start: Picoseconds, _ words: inout TranscriptWords
    ) throws(Malformed) -> BenchTranscript.Entry {
        // Neither can be later, but their sum can.
        time = start + duration
        guard time <= TranscriptWords.latest else { throw words.malformed("it ends too late") }
        return entry(.ended(number, try words.ending()))
    }
    private func setup(_ words: inout TranscriptWords) throws(Malformed) -> [UInt8] {
        let bytes = try words.bytes()
        guard bytes.count == 8 else { throw words.malformed("a set-up packet has eight bytes") }
        return bytes
    }
    /// Takes the transfer named `81` or `81#2` off the list.
    private mutating func takePending(_ name: Substring, _ words: TranscriptWords) throws(Malformed) -> (
        number: Int, submittedAt: Picoseconds
    ) {
        guard let (endpoint, position) = TranscriptWords.place(name), let queue = pending[endpoint],
            position >= 1, position <= queue.count
        else { throw words.malformed("no transfer `\(name)` is under way") }
        return pending[endpoint, default: []].remove(at: position - 1)
    }
}
