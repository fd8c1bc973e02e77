// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import Glibc
import ProductionJobs
import ProductionStore
import StationServer
import Synchronization
import Testing
import Workbench

@testable import extflash

@Suite struct `Commands that extflashd carries out` {
    /// A folder with programs of the names given, which nothing runs.
    private static func with(_ programs: [String], _ body: (_ folder: String) async throws -> Void)
        async throws
    {
        let folder = NSTemporaryDirectory() + "extflash-daemon-" + UUID().uuidString.prefix(8)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for program in programs {
            let path = folder + "/" + program
            try FileManager.default.createDirectory(
                at: URL(filePath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data("#!/bin/sh\n".utf8).write(to: URL(filePath: path))
            chmod(path, program.hasSuffix("d") ? 0o755 : 0o644)
        }
        try await body(folder)
    }

    /// Runs `arguments` where another program cannot be started, and tells which one would have been.
    private static func run(
        _ arguments: [String], program: String?, search: String? = nil, problem: Int32 = ENOEXEC
    ) async -> (run: CommandRun, started: [[String]]) {
        let (output, errors) = (Capture(), Capture())
        let started = Mutex<[[String]]>([])
        var context = RunContext(
            streams: StandardStreams(output: output.sink, error: errors.sink),
            environment: search.map { ["PATH": $0] } ?? [:], paths: InstallationPaths(roots: []))
        context.program = program
        context.replaceProcess = { path, arguments in
            started.withLock { $0.append([path] + arguments) }
            return problem
        }
        let code = await RunContext.$current.withValue(context) { await CommandLineRun.run(arguments) }
        let run = CommandRun(output: output.text, errors: errors.text, exitCode: code)
        return (run, started.withLock { $0 })
    }

    @Test func `hand it everything that follows as it is`() async throws {
        try await Self.with(["bin/extflashd"]) { folder in
            for arguments in [[], ["--help"], ["--config", "a b", "--", "-v"], ["records", "verify"]] {
                let (run, started) = await Self.run(["serve"] + arguments, program: folder + "/bin/extflash")
                #expect(started == [[folder + "/bin/extflashd", "extflashd", "serve"] + arguments])
                #expect(run.exitCode == 61 && run.errors.contains("cannot run \(folder)/bin/extflashd"))
                #expect(run.errors.contains("[CLI-005]"))
            }
        }
    }

    @Test func `take the one beside extflash, then the first on PATH`() async throws {
        try await Self.with(["a/extflashd", "b/extflashd", "bin/extflash", "c/extflashd/x", "text"]) {
            (folder: String) async throws in
            let places = ["\(folder)/none", "", "\(folder)/c", "\(folder)/b", "\(folder)/a"].joined(
                separator: ":")
            #expect(
                try DaemonProgram.find(beside: folder + "/a/extflash", onPath: places) == folder
                    + "/a/extflashd")
            #expect(
                try DaemonProgram.find(beside: folder + "/bin/extflash", onPath: places) == folder
                    + "/b/extflashd")
            #expect(try DaemonProgram.find(beside: nil, onPath: places) == folder + "/b/extflashd")
            #expect(throws: DaemonProgramError.missing(beside: folder + "/bin")) {
                try DaemonProgram.find(beside: folder + "/bin/extflash", onPath: folder + "/c")
            }
        }
    }

    @Test func `say so where there is none`() async {
        let (run, started) = await Self.run(["serve"], program: "/none/extflash", search: "/none/bin")
        #expect(run.exitCode == 61 && started == [])
        #expect(run.errors.contains("there is no extflashd in /none, nor on PATH [CLI-004]"))
        let (document, _) = await Self.run(["records", "verify", "--state", "/s", "--json"], program: nil)
        #expect(document.exitCode == 61 && DocumentCheck.faults(of: document.output) == [])
        #expect(document.output.contains("CLI-004"))
    }

    @Test func `look into the folder of a station that does not run`() async throws {
        try await Self.with(["extflashd"]) { folder in
            let (_, started) = await Self.run(
                ["records", "verify", "--state", "/var/x", "--json", "--public-key", "K"],
                program: folder + "/extflash")
            #expect(
                started == [
                    [
                        folder + "/extflashd", "extflashd", "records", "verify", "--state", "/var/x",
                        "--public-key", "K", "--json",
                    ]
                ])
        }
        for line in [["--public-key", "K"], ["--state", "s", "--station", "/x"]] {
            #expect(await Self.run(["records", "verify"] + line, program: nil).run.exitCode == 64)
        }
    }

    /// The programs that the build has made, side by side.
    private static let products =
        (Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL)
        .map { $0.deletingLastPathComponent().path }
        ?? URL(filePath: CommandLine.arguments[0])
        .deletingLastPathComponent().path

    /// One of the built programs, run to its end in `folder`.
    private static func execute(_ line: String, in folder: String) async throws -> CommandRun {
        let words = line.split(separator: " ").map(String.init)
        return try await CommandRun.of(
            program: products + "/" + words[0], Array(words.dropFirst()), in: folder)
    }

    @Test func `work with the two programs as they were built`() async throws {
        try await StationRun.with { station in
            try station.write(
                "station.yaml",
                Array("schema: 1\nname: line\ntitle: A line\nslots:\n  - {name: A1, sim: stlink-v3}\n".utf8))
            try station.write("app.bin", StationRun.image)
            try station.write("product.yaml", StationRun.recipe())
            for line in [
                "image put $DIR/app.bin", "recipe add $DIR/product.yaml",
                "recipe approve \(ContentHash(of: StationRun.recipe()))",
                "job start --recipe product --slot A1 --progress none",
            ] { #expect(await station.run(line).exitCode == 0) }
            let check = try await Self.execute(
                "extflash serve --config station.yaml --check", in: station.folder)
            #expect(check.exitCode == 0 && check.output.hasPrefix("line: A line\n  A1"), "\(check.errors)")
            let help = try await Self.execute("extflash serve --help", in: station.folder)
            #expect(help.exitCode == 0 && help.output.contains("USAGE: extflashd serve [--config <config>]"))
            // A station runs there.
            let held = try await Self.execute("extflash records verify --state state", in: station.folder)
            #expect(held.exitCode == 60 && held.errors.contains("[STN-025]"), "\(held.errors)")
            try FileManager.default.copyItem(
                atPath: station.folder + "/state", toPath: station.folder + "/copy")
            let key = station.station.context.memory.key.publicKey
            let whole = try await Self.execute(
                "extflash records verify --state copy --json --public-key \(key)", in: station.folder)
            #expect(whole.exitCode == 0, "\(whole.errors)")
            #expect(DocumentCheck.faults(of: whole.output) == [])
            #expect(whole.output.contains("\"isWhole\" : true"))
            let text = try await Self.execute("extflash records verify --state copy", in: station.folder)
            #expect(text.output == "Every record is as it was written.\nkey  \(key)\n", "\(text.errors)")
            let none = try await Self.execute("extflash records verify --state none", in: station.folder)
            #expect(none.exitCode == 35 && none.errors.contains("[STO-005]"), "\(none.errors)")
            #expect(!FileManager.default.fileExists(atPath: station.folder + "/none"))
            try FileManager.default.removeItem(atPath: station.folder + "/copy/records.head")
            let edited = try await Self.execute("extflash records verify --state copy", in: station.folder)
            #expect(edited.exitCode == 52 && edited.errors.contains("[JOB-008]"), "\(edited.errors)")
        }
    }
}
