// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import TestLoaders
import Testing

@testable import extflash

/// What the program prints, word for word: `Golden/` holds it, to be read like any other text of the product.
@Suite struct `What the program says` {
    @Test(arguments: GoldenCase.commands) func `when a command works`(example: GoldenCase) async throws {
        for run in try await check(example) { #expect(run.exitCode == 0, "\(run.errors)") }
    }

    @Test(arguments: GoldenCase.failures) func `when something is wrong`(example: GoldenCase) async throws {
        let runs = try await check(example)
        #expect(runs.last?.exitCode != 0)
    }

    /// - Returns: the runs with words for people.
    private func check(_ example: GoldenCase) async throws -> [CommandRun] {
        let words = try await run(example)
        var text = ""
        for (line, run) in zip(example.lines, words.runs) {
            text += "$ extflash \(line)\n"
            text +=
                "exit code \(run.exitCode)\n--- standard output\n\(run.output)--- standard error\n\(run.errors)"
        }
        try GoldenFile(name: "\(example.name).txt").expect(Masks.text(text, scratch: words.folder))

        let documents = try await run(example, options: ["--json"])
        var all = ""
        for (line, (run, words)) in zip(example.lines, zip(documents.runs, words.runs)) {
            #expect(run.exitCode == words.exitCode, "\(line)")
            #expect(DocumentCheck.faults(of: run.output) == [], "\(line)")
            all += try Masks.json(run.output, scratch: documents.folder)
        }
        try GoldenFile(name: "\(example.name).json").expect(all)
        return words.runs
    }

    private func run(
        _ example: GoldenCase, options: [String] = []
    ) async throws -> (runs: [CommandRun], folder: String) {
        let scratch = try ScratchDirectory()
        for file in example.files { try scratch.write(file.name, file.bytes) }
        if let loader = example.loader { try scratch.write("l.stldr", loader.bytes()) }
        var runs: [CommandRun] = []
        for line in example.lines {
            runs.append(
                await CommandRun.of(
                    example.arguments(of: line, in: scratch.path) + options,
                    configuration: example.configuration.map { "\(scratch.path)/\($0)" }))
        }
        return (runs, scratch.path)
    }
}
