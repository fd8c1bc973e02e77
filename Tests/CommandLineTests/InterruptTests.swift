// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import Glibc
import Testing

/// Signals to the process itself, in the middle of its work.
@Suite struct `A signal` {
    private static let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appending(path: "extflash")

    /// Starts `program` on a large image with the signals as `handling` says, and sends one once programming has begun.
    private func run(
        _ options: String, sending number: Int32, handling: String = "default", imageBytes: Int = 8 << 20
    ) throws -> (code: Int32, output: String, errors: String) {
        let scratch = try ScratchDirectory()
        try scratch.write("image.bin", [UInt8](repeating: 0x5A, count: imageBytes))
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = [
            "-c",
            "exec env --\(handling)-signal=INT,TERM,HUP '\(Self.program.path)' program '\(scratch.path)/image.bin' --probe sim:stlink-v3 "
                + "--progress plain \(options) >'\(scratch.path)/output'",
        ]
        let pipe = Pipe()
        process.standardError = pipe
        process.standardInput = FileHandle.nullDevice
        try process.run()
        var errors = ""
        var isSent = false
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(pipe.fileHandleForReading.fileDescriptor, &buffer, buffer.count)
            if count <= 0 { break }
            errors += String(decoding: buffer.prefix(count), as: UTF8.self)
            if !isSent, errors.contains(/program +[1-9]\d* %/) {
                kill(process.processIdentifier, number)
                isSent = true
            }
        }
        process.waitUntilExit()
        let output = try String(contentsOfFile: scratch.path + "/output", encoding: .utf8)
        return (process.terminationStatus, output, errors)
    }

    @Test(arguments: [
        (SIGINT, "press Ctrl-C again"), (SIGTERM, "asked to end (SIGTERM)"), (SIGHUP, "closed (SIGHUP)"),
    ]) func `stops the job and tells what became of the flash`(number: Int32, words: String) throws {
        let (code, output, errors) = try run("", sending: number)
        #expect(code == 130)
        #expect(output == "")
        #expect(errors.contains(words), "\(errors)")
        #expect(errors.contains("error: programming: stopped on request [FLS-014]\n  programmed: 0x90000000"))
        #expect(errors.hasSuffix("  the same command does the rest and skips what is right already\n"))
    }

    @Test func `stands in the document as well`() throws {
        let (code, output, _) = try run("--json", sending: SIGHUP)
        #expect(code == 130)
        #expect(DocumentCheck.faults(of: output) == [])
        let document = try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any]
        let flash = try #require(document?["flash"] as? [String: Any])
        #expect(flash["repetition"] as? String == "completes")
        #expect((flash["programmed"] as? [Any])?.isEmpty == false)
    }

    @Test func `that was ignored when the program began stays so`() throws {
        let (code, output, errors) = try run("", sending: SIGHUP, handling: "ignore", imageBytes: 1 << 18)
        #expect(code == 0, "\(errors)")
        #expect(output.contains("Programmed"))
    }
}
