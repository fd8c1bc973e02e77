// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ELFTestKit
import Foundation
import TestLoaders
import Testing

/// What `make test-corpus` runs, with a folder of a few loaders of each kind.
@Suite struct `A folder of loaders` {
    private static let script = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../Corpus/run.py").standardizedFileURL.path
    /// Beside the tests' own program.
    private static let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appending(path: "extflash").path
    private static let hasPython = ["/usr/bin/python3", "/usr/local/bin/python3"].contains {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    private func run(_ folder: String, in scratch: ScratchDirectory, limit: String = "500") async throws
        -> CommandRun
    {
        try await CommandRun.of(
            program: "/usr/bin/env",
            [
                "python3", "-B", Self.script, Self.program, folder, "--limit", limit, "--board",
                "stm32h745xi-w25q128",
            ], in: scratch.path, environment: ["PATH": "/usr/local/bin:/usr/bin:/bin"])
    }

    @Test(.enabled(if: hasPython, "there is no python3"))
    func `is told in one line for each, archives and names with blanks among them`() async throws {
        let scratch = try ScratchDirectory()
        let folder = scratch.path + "/a folder"
        func write(_ name: String, _ bytes: [UInt8]) throws { try scratch.write("a folder/\(name)", bytes) }
        let sound = try TestLoader.soundPlain.bytes()
        try write("sound-plain.stldr", sound)
        try write("below/-broken wait.STLDR", TestLoader.brokenWait.bytes())
        try write("cut off.stldr", Array(sound.prefix(700)))
        try write("read me.txt", Array("no loader".utf8))
        try write(
            "own.pack", SyntheticZip([.init("Flash/algorithm.FLM", TestLoader.algorithm.bytes())]).encode())
        try write("damaged.zip", Array(SyntheticZip([.init("a.stldr", sound)]).encode().prefix(200)))
        let run = try await run(folder, in: scratch)
        let lines = run.output.split(separator: "\n")
        #expect(lines.count == 6, "\(run.output)\(run.errors)")
        let begins = [
            "cut off.stldr: ", "damaged.zip: not a zip file",
            "own.pack:Flash/algorithm.FLM: read; lint clean; trial",
            "sound-plain.stldr: read; lint clean; trial on stm32h745xi-w25q128 passed; sound",
            "below/-broken wait.STLDR: read; lint LNT-016 LNT-054; trial",
            "5 loaders: 2 sound, 1 fails, 1 no loader, 1 failed",
        ]
        for (line, begin) in zip(lines, begins) { #expect(line.hasPrefix(begin), "\(line)") }
        #expect(run.exitCode == 1)
    }

    @Test(.enabled(if: hasPython, "there is no python3"))
    func `has a limit for each, and is no success when it is empty`() async throws {
        let scratch = try ScratchDirectory()
        #expect(try await run(scratch.path + "/missing", in: scratch).exitCode == 2)
        let empty = try await run(scratch.path, in: scratch)
        #expect(empty.exitCode == 2 && empty.output == "0 loaders\n")
        try scratch.write("slow.stldr", TestLoader.soundPlain.bytes())
        let slow = try await run(scratch.path, in: scratch, limit: "0.001")
        #expect(slow.exitCode == 1 && slow.output.hasPrefix("slow.stldr: no verdict within 0.001 s"))
    }
}
