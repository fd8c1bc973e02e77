// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import Testing

/// `extflash simulate --record` and `extflash simulate replay` as a user runs them.
@Suite(
    .serialized, .enabled(if: Command.isPossible, "needs /dev/fuse, and root or user namespaces"))
struct `extflash simulate --record` {
    private let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)

    private func simulate(_ arguments: String...) throws -> Command.Outcome {
        let (process, output) = Command.process(arguments)
        try process.run()
        let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return Command.Outcome(
            status: process.terminationStatus, output: String(decoding: bytes, as: UTF8.self))
    }
    private func path(_ name: String) -> String { directory.appending(path: name).path }
    private func text(_ name: String) throws -> String {
        try String(contentsOfFile: path(name), encoding: .utf8)
    }
    private func cleanUp() { try? FileManager.default.removeItem(at: directory) }

    @Test func `writes a file for each probe, which can be played again`() throws {
        defer { cleanUp() }
        try FileManager.default.createDirectory(
            atPath: path("state"), withIntermediateDirectories: true)
        let folder = path("new/folder")
        let script =
            "\(Command.program) info --probe 0483:374e >/dev/null; \(Command.program) simulate control unplug 2; "
            + "\(Command.program) simulate control plug 2; \(Command.program) simulate control power-cycle 2; "
            + "\(Command.program) info --probe CMSIS-DAP >/dev/null; "
            + "\(Command.program) simulate control fault stall endpoint 0x81; \(Command.program) info >/dev/null"
        let outcome = try simulate(
            "--record", folder, "--probe", "stlink-v3", "--probe",
            "cmsis-dap-v2,app=m4-busy,usb-fault=9:short,state=\(path("state"))", "--", "sh", "-c",
            script + "; true")
        #expect(outcome.status == 0, "\(outcome.output)")
        let first = try text("new/folder/1-stlink-v3.txt")
        #expect(first.hasPrefix("extflash transcript 1\nprobe stlink-v3\n"))
        #expect(first.hasSuffix("\n"))
        #expect(first.contains("\n> 01 @"))
        let second = try text("new/folder/2-cmsis-dap-v2.txt")
        #expect(
            second.hasPrefix(
                "extflash transcript 1\nprobe cmsis-dap-v2,app=m4-busy,usb-fault=9:short\n# Began"))
        for step in ["\nunplug", "\nplug", "\npower-cycle"] { #expect(second.contains(step)) }
        let replay = try simulate("replay", "\(folder)/1-stlink-v3.txt", "\(folder)/2-cmsis-dap-v2.txt")
        #expect(replay.status == 0, "\(replay.output)")
        #expect(replay.output.contains("transfers on stlink-v3, as recorded\n"))
    }

    @Test func `keeps what it has when it is killed`() throws {
        defer { cleanUp() }
        let (process, output) = Command.process([
            "--record", directory.path, "--probe", "stlink-v3", "--", "sh", "-c",
            "\(Command.program) info >/dev/null; echo ready; exec sleep 1000",
        ])
        try process.run()
        #expect(output.fileHandleForReading.availableData == Data("ready\n".utf8))
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        #expect(try text("1-stlink-v3.txt").count > 5_000)
        #expect(try simulate("replay", path("1-stlink-v3.txt")).status == 0)
    }

    @Test func `tells once that it cannot go on, and lets the program finish`() throws {
        defer { cleanUp() }
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: path("1-stlink-v3.txt"), withDestinationPath: "/dev/full")
        func outcome(_ script: String) throws -> Command.Outcome {
            try simulate("--record", directory.path, "--probe", "stlink-v3", "--", "sh", "-c", script)
        }
        let good = try outcome("\(Command.program) info >/dev/null && echo finished")
        #expect(good.status == 35)
        #expect(good.output.ranges(of: "SRV-021").count == 1, "\(good.output)")
        #expect(good.output.contains("finished"))
        #expect(try outcome("exit 7").status == 7)
    }

    @Test func `refuses a place that cannot be written`() throws {
        defer { cleanUp() }
        let outcome = try simulate("--record", "/proc/nowhere", "--probe", "stlink-v3", "--", "true")
        #expect(outcome.status == 35)
        #expect(outcome.output.contains("SRV-020"), "\(outcome.output)")
        // Two at once would write over each other.
        let inner = "\(Command.program) simulate --record \(directory.path) --probe stlink-v3 -- true"
        let twice = try simulate("--record", directory.path, "--probe", "stlink-v3", "--", "sh", "-c", inner)
        #expect(twice.output.contains("another simulation writes it"), "\(twice.output)")
    }

    @Test func `says where a played transcript differs, makes no sense or is missing`() throws {
        defer { cleanUp() }
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        func replay(_ lines: String...) throws -> Command.Outcome {
            let text = "extflash transcript 1\n# comment\n" + lines.map { $0 + "\n" }.joined()
            try Data(text.utf8).write(to: directory.appending(path: "t.txt"))
            return try simulate("replay", path("t.txt"))
        }
        let different = try replay("probe stlink-v3", "> 01 @5 f5 00*15 +120", "< 81 [2] +125 02 00")
        #expect(different.status == 13)
        #expect(
            different.output.contains(
                "t.txt:5: after `> 01 f5 00*15` expected `02 00`, found `01 00`"), "\(different.output)")
        #expect(different.output.contains("SRV-024"))
        let damaged = try replay("probe stlink-v3", "> 01 @5 f5 00*15 +120", "< 81 2 +125 02 00")
        #expect(damaged.status == 35)
        #expect(damaged.output.contains("t.txt:5: "), "\(damaged.output)")
        #expect(damaged.output.contains("SRV-023"))
        #expect(try replay("probe stlink-v9", "plug @0").status == 10)
        #expect(try replay().output.contains("SRV-023"))
        let missing = try simulate("replay", path("none"))
        #expect(missing.status == 35)
        #expect(missing.output.contains("SRV-022"), "\(missing.output)")
    }
}
