// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Glibc
package import SimulatedBench

/// Plays a transcript file against a fresh bench (``TranscriptReplay``).
package enum TranscriptPlayer {
    /// What was played.
    package struct Summary: Hashable, Sendable {
        package let selector: String
        package let entries: Int
        package let transfers: Int
    }

    /// Ends when everything happened as the file says; `files` describe boards and flash parts.
    package static func play(_ path: String, files: DescriptionFiles) throws(BenchServerError) -> Summary {
        var parser = TranscriptParser()
        var replay: TranscriptReplay?
        var (entries, transfers) = (0, 0)
        for line in TranscriptParser.lines(of: try text(of: path)) {
            for entry in try read(line, with: &parser, path) {
                if replay == nil { replay = try begin(parser.selector, files) }
                if let replay { try follow(entry, replay, path, line: parser.line) }
                entries += 1
                if case .submitted = entry.event { transfers += 1 }
            }
        }
        guard !parser.selector.isEmpty else {
            throw .transcriptMalformed(path: path, line: parser.line, reason: "it names no probe")
        }
        return Summary(selector: parser.selector, entries: entries, transfers: transfers)
    }

    private static func text(of path: String) throws(BenchServerError) -> String {
        guard let bytes = SmallFile.read(path, limit: 1 << 30) else {
            throw .noTranscript(path: path, detail: BenchServerError.lastDetail)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
    private static func read(_ line: Substring, with parser: inout TranscriptParser, _ path: String)
        throws(BenchServerError) -> [BenchTranscript.Entry]
    {
        do throws(TranscriptParser.Malformed) { return try parser.entries(of: line) } catch {
            throw .transcriptMalformed(path: path, line: error.line, reason: error.reason)
        }
    }
    private static func begin(_ selector: String, _ files: DescriptionFiles) throws(BenchServerError)
        -> TranscriptReplay
    {
        do throws(BenchError) {
            return TranscriptReplay(on: try TranscriptReplay.bench(selector: selector, files: files))
        } catch {
            throw .bench(selector: selector, error)
        }
    }
    private static func follow(
        _ entry: BenchTranscript.Entry, _ replay: TranscriptReplay, _ path: String, line: Int
    ) throws(BenchServerError) {
        do throws(TranscriptReplay.Difference) { try replay.follow(entry) } catch {
            throw .replayDiffers(path: path, line: line, difference: error.text)
        }
    }
}
