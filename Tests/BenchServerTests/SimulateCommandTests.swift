// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import Testing

/// `extflash simulate` as a user runs it, with real libusb on the other side.
enum Command {
    /// The program lies beside the tests.
    static let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appending(path: "extflash").path

    struct Outcome {
        var status: Int32
        var output: String
    }

    static func process(_ arguments: [String]) -> (Process, Pipe) { plainProcess(["simulate"] + arguments) }
    private static func plainProcess(_ arguments: [String]) -> (Process, Pipe) {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        let output = Pipe()
        (process.standardOutput, process.standardError) = (output, output)
        process.standardInput = FileHandle.nullDevice
        return (process, output)
    }
    static func run(_ probes: [String], _ command: [String]) throws -> Outcome {
        try plain(["simulate"] + probes.flatMap { ["--probe", $0] } + ["--"] + command)
    }
    static func plain(_ arguments: [String]) throws -> Outcome {
        let (process, output) = plainProcess(arguments)
        try process.run()
        let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return Outcome(status: process.terminationStatus, output: String(decoding: bytes, as: UTF8.self))
    }
    /// A shell script in which `$x` is the program.
    static func script(_ probes: [String], _ text: String) throws -> Outcome {
        try run(probes, ["sh", "-c", "x='\(program)'; \(text)"])
    }

    /// The exit code for a machine that does not allow it is a class of its own.
    static let isPossible: Bool = {
        guard FileManager.default.isExecutableFile(atPath: program),
            let outcome = try? run(["stlink-v3"], ["true"])
        else { return false }
        return outcome.status != 61
    }()
}

@Suite(
    .serialized, .enabled(if: Command.isPossible, "needs /dev/fuse, and root or user namespaces"))
struct `extflash simulate` {
    @Test(arguments: [
        ("stlink-v2", "ST-LINK/V2 "), ("stlink-v2-1", "ST-LINK/V2-1 "), ("stlink-v3", "STLINK-V3 "),
        ("cmsis-dap-v1", "CMSIS-DAP v1 "), ("cmsis-dap-v2", "CMSIS-DAP v2 "),
    ])
    func `shows a probe to libusb`(kind: String, name: String) throws {
        let outcome = try Command.script([kind], "$x probes && $x info --progress none")
        #expect(outcome.status == 0, "\(outcome.output)")
        #expect(outcome.output.hasPrefix(name), "\(outcome.output)")
        #expect(outcome.output.contains("W25Q128"), "\(outcome.output)")
    }

    @Test func `holds several probes at once`() throws {
        let outcome = try Command.script(["stlink-v3", "cmsis-dap-v2"], "$x probes; ls /dev/bus/usb/001")
        #expect(outcome.output.contains("USB 1-1"))
        #expect(outcome.output.contains("USB 1-2"))
        #expect(outcome.output.hasSuffix("001\n002\n003\n"))
    }

    @Test func `pulls the plug in the middle of a job, and the next one works`() throws {
        let outcome = try Command.script(
            ["stlink-v3"],
            "$x simulate control fault disconnect after 60; $x info >/dev/null 2>&1; echo $?; "
                + "$x probes; $x simulate control plug; $x info >/dev/null; echo $?")
        #expect(outcome.output.hasPrefix("12\nNo probe found."), "\(outcome.output)")
        #expect(outcome.output.hasSuffix("\n0\n"), "\(outcome.output)")
    }

    @Test func `works again after a program was killed`() throws {
        let outcome = try Command.script(
            ["cmsis-dap-v2"],
            "$x simulate control fault timeout after 100; $x info >/dev/null 2>&1 & "
                + "while ! $x simulate control status | grep -q 'transfers 1[0-9][0-9] '; do :; done; "
                + "kill -9 $!; wait $!; $x info >/dev/null; echo $?")
        #expect(outcome.output.hasSuffix("\n0\n") || outcome.output == "0\n", "\(outcome.output)")
    }

    @Test func `gives device files the modes udev does, and lets them be changed`() throws {
        let outcome = try Command.script(
            ["stlink-v3"],
            "stat -c '%a %u:%g' /dev/bus/usb/001/002; chmod 600 /dev/bus/usb/001/002; "
                + "stat -c '%a %u:%g' /dev/bus/usb/001/002; $x simulate control unplug; "
                + "$x simulate control plug; stat -c '%a %u:%g' /dev/bus/usb/001/003")
        #expect(outcome.output == "664 0:0\n600 0:0\n664 0:0\n")
    }

    @Test func `passes on how the program ended`() throws {
        #expect(try Command.run(["stlink-v3"], ["sh", "-c", "exit 7"]).status == 7)
        #expect(try Command.run(["stlink-v3"], ["sh", "-c", "kill -9 $$"]).status == 137)
        let missing = try Command.run(["stlink-v3"], ["/no/such/program"])
        #expect(missing.status == 64)
        #expect(missing.output.contains("SRV-004"))
    }

    @Test func `passes a signal on`() throws {
        let (process, output) = Command.process(
            [
                "--probe", "stlink-v3", "--", "sh", "-c",
                "trap 'exit 9' TERM; echo ready; while :; do sleep 0.05; done",
            ])
        try process.run()
        #expect(output.fileHandleForReading.availableData == Data("ready\n".utf8))
        process.terminate()
        process.waitUntilExit()
        #expect(process.terminationStatus == 9)
    }

    @Test func `takes the program along when it is killed`() throws {
        let (process, output) = Command.process(
            ["--probe", "stlink-v3", "--", "sh", "-c", "echo ready; exec sleep 1000"])
        try process.run()
        #expect(output.fileHandleForReading.availableData == Data("ready\n".utf8))
        kill(process.processIdentifier, SIGKILL)
        // The end of the output is the end of everybody who could write to it.
        #expect(try output.fileHandleForReading.readToEnd()?.isEmpty ?? true)
        process.waitUntilExit()
    }

    @Test func `leaves nothing behind`() throws {
        let before = try String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)
        _ = try Command.run(["stlink-v3"], ["true"])
        #expect(try String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8) == before)
    }
}

@Suite struct `extflash simulate --usbip` {
    @Test func `says where it listens, takes control commands, and ends with a signal`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let socket = folder.appending(path: "control").path
        let (process, output) = Command.process(
            ["--probe", "stlink-v3", "--probe", "cmsis-dap-v1", "--usbip", "0", "--socket", socket])
        try process.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        #expect(line.wholeMatch(of: /simulation: USB\/IP on 127\.0\.0\.1:[1-9][0-9]*\n/) != nil, "\(line)")
        let status = try Command.plain(["simulate", "control", "--socket", socket, "status"])
        #expect(status.output.hasPrefix("1 stlink-v3 1-1 address 2 "), "\(status.output)")
        #expect(status.output.contains("\n2 cmsis-dap-v1 1-2 address 3 "), "\(status.output)")
        let document = try Command.plain(["simulate", "control", "--socket", socket, "status", "--json"])
            .output
        #expect(
            document.contains(#""answer" : ["#) && document.contains(#""1 stlink-v3 1-1 "#), "\(document)")
        process.terminate()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(!FileManager.default.fileExists(atPath: socket))
    }

    @Test(arguments: [
        (["--usbip", "nowhere:1"], "usbip"), (["--usbip", "1", "--", "true"], "takes no program"),
        (["--socket", "s", "--", "true"], "--usbip"), ([], "--usbip"),
        (["--usbip", "1", "--share-network"], "--share-network"),
    ])
    func `refuses what makes no sense`(arguments: [String], word: String) throws {
        let outcome = try Command.plain(["simulate", "--probe", "stlink-v3"] + arguments)
        #expect(outcome.status == 64)
        #expect(outcome.output.contains(word), "\(outcome.output)")
    }

    @Test func `says why it cannot listen`() throws {
        let (process, output) = Command.process(["--probe", "stlink-v3", "--usbip", "0"])
        try process.run()
        defer { process.terminate() }
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        let port = try #require(line.split(separator: ":").last).trimmingCharacters(in: .newlines)
        let second = try Command.plain(["simulate", "--probe", "stlink-v3", "--usbip", port])
        #expect(second.status == 61)
        #expect(second.output.contains("[SRV-010]"), "\(second.output)")
    }
}
