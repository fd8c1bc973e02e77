// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import Glibc
import Testing
import Workbench

@testable import extflash

@Suite struct `A result that does not arrive` {
    /// It lies beside the tests; only a process has descriptors to lose.
    private static let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appending(path: "extflash")

    private func run(
        _ program: URL, _ arguments: [String], output: FileHandle = .nullDevice
    ) throws -> (code: Int32, errors: String) {
        let process = Process()
        (process.executableURL, process.arguments) = (program, arguments)
        let errors = Pipe()
        (process.standardOutput, process.standardError) = (output, errors)
        try process.run()
        let text = String(decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }

    @Test(arguments: [[], ["--json"]]) func `is no success on a full disk`(options: [String]) throws {
        let full = try #require(FileHandle(forWritingAtPath: "/dev/full"))
        let (code, errors) = try run(
            Self.program, ["probes", "--probe", "sim:stlink-v3"] + options, output: full)
        #expect(code == 35)
        #expect(
            errors.hasPrefix("error: the report could not be written to standard output: No space left"))
    }

    @Test(arguments: ["", "--json"]) func `is no success where standard output is closed`(
        option: String
    ) throws {
        let (code, errors) = try run(
            URL(filePath: "/bin/sh"),
            ["-c", "'\(Self.program.path)' probes --probe sim:stlink-v3 \(option) >&-"])
        #expect(code == 35)
        #expect(errors.contains("[CLI-003]"), "\(errors)")
    }

    @Test func `ends quietly when the reader went away`() throws {
        let pipe = Pipe()
        try pipe.fileHandleForReading.close()
        let (code, errors) = try run(
            Self.program, ["schema", "program"], output: pipe.fileHandleForWriting)
        #expect(code == 141)
        #expect(errors == "")
    }

    @Test func `is the reader's own business, but no success`() async {
        let streams = StandardStreams(output: { _ in EPIPE }, error: { _ in nil })
        let context = RunContext(streams: streams, environment: [:], paths: InstallationPaths(roots: []))
        let code = await RunContext.$current.withValue(context) {
            await CommandLineRun.run(["schema", "list"])
        }
        #expect(code == 141)
    }

    @Test func `does not hide why the job failed`() async {
        let streams = StandardStreams(output: { _ in ENOSPC }, error: { _ in nil })
        let context = RunContext(streams: streams, environment: [:], paths: InstallationPaths(roots: []))
        let code = await RunContext.$current.withValue(context) {
            await CommandLineRun.run(["probes", "--probe", "sim:stlink-v9", "--json"])
        }
        #expect(code == 10)
    }

    @Test func `a run says the same each time`() async throws {
        let first = await CommandRun.of([
            "program", "--probe", "sim:stlink-v3", "--json", #filePath + "@0x90000000",
        ])
        let second = await CommandRun.of([
            "program", "--probe", "sim:stlink-v3", "--json", #filePath + "@0x90000000",
        ])
        #expect(first.exitCode == 0, "\(first.errors)")
        func withoutHost(_ text: String) throws -> NSDictionary {
            let document = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
            return try #require(document).filter { $0.key != "host" } as NSDictionary
        }
        #expect(try withoutHost(first.output) == withoutHost(second.output))
        #expect(first.errors == second.errors)
    }
}

@Suite struct `Words for a terminal` {
    @Test(arguments: [
        ("plain ü 中 😀", "plain ü 中 😀"), ("\u{1B}[2Jgone", "\\u{1b}[2Jgone"),
        ("a\nb\r\tc", "a\\u{a}b\\u{d}\\u{9}c"),
        ("\u{7F}\u{9B}31m", "\\u{7f}\\u{9b}31m"), ("abc\u{202E}gpj.exe", "abc\\u{202e}gpj.exe"),
    ]) func `hold nothing that a terminal acts on`(text: String, shown: String) {
        #expect(text.printable == shown)
    }

    @Test func `of a file's name as well`() async throws {
        let run = await CommandRun.of(["program", "/\u{1B}]0;title\u{7}.bin", "--probe", "sim:stlink-v3"])
        #expect(run.exitCode == 35)
        #expect(run.errors.hasPrefix("error: cannot read /\\u{1b}]0;title\\u{7}.bin: "))
    }

    @Test func `on the command line as well`() async throws {
        let run = await CommandRun.of(["program", "--\u{1B}[2J", "x"])
        #expect(run.exitCode == 64)
        #expect(!run.errors.contains("\u{1B}"))
    }
}
