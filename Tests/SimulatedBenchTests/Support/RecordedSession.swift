// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import BenchTestKit
import Foundation
import Testing

@testable import SimulatedBench

/// A transcript in its text form, and how a fresh bench takes it.
struct RecordedSession: Sendable, CustomTestStringConvertible {
    let name: String
    let text: String
    var testDescription: String { name }

    /// Everything in `Vectors/third-party`, by name.
    static let thirdParty: [RecordedSession] = {
        let folder = Bundle.module.resourceURL?.appending(path: "Vectors/third-party")
        let files = folder.flatMap {
            try? FileManager.default.contentsOfDirectory(at: $0, includingPropertiesForKeys: nil)
        }
        return (files ?? []).sorted { $0.path < $1.path }.compactMap { url in
            (try? String(contentsOf: url, encoding: .utf8)).map {
                RecordedSession(name: url.lastPathComponent, text: $0)
            }
        }
    }()

    struct Outcome: Equatable {
        /// `LINE: what is wrong`; nil when everything happened as written.
        var difference: String?
        var transfers = 0
    }

    /// Plays it to its end, or to the first difference; `target` stands in for the board that the selector names.
    func play(
        stretch: Double = 1, comparesTime: Bool = false, target: (any DebugTarget)? = nil
    ) throws -> Outcome {
        var parser = TranscriptParser()
        var replay: TranscriptReplay?
        var outcome = Outcome()
        for line in TranscriptParser.lines(of: text) {
            for entry in try parser.entries(of: line) {
                let playing =
                    try replay
                    ?? TranscriptReplay(
                        on: bench(parser.selector, target), stretch: stretch, comparesTime: comparesTime)
                replay = playing
                if case .submitted = entry.event { outcome.transfers += 1 }
                do { try playing.follow(entry) } catch {
                    outcome.difference = "\(parser.line): \(error.text)"
                    return outcome
                }
            }
        }
        return outcome
    }
    private func bench(_ selector: String, _ target: (any DebugTarget)?) throws -> SimulatedBench {
        guard let target else { return try TranscriptReplay.bench(selector: selector, files: .repository) }
        var configuration = try BenchConfiguration(selector: "sim:\(selector)")
        configuration.usbFaults = USBFaultPlan()
        return SimulatedBench(configuration, target: target)
    }
}

/// Keeps the text form.
final class TranscriptScroll: TranscriptSink {
    private var text: String
    private var writer = TranscriptText()

    init(selector: String) { text = TranscriptText.header(selector: selector) }
    func take(_ entry: BenchTranscript.Entry) { text += writer.append(entry) }
    /// What a file would hold if the run were killed now.
    var soFar: String { text }
    func finished() -> String {
        text += writer.finish()
        return text
    }
}
