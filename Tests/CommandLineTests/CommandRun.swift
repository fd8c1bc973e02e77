// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import StationClient
import Synchronization
import Workbench

@testable import extflash

/// The program, run inside the test with streams, environment and configuration of its own.
struct CommandRun {
    let output: String
    let errors: String
    let exitCode: Int32

    /// Nothing of this machine may change a test: neither its environment nor its configuration is used.
    static func of(
        _ arguments: [String], configuration: [String] = [], environment: [String: String] = [:]
    ) async -> CommandRun {
        let (output, errors) = (Capture(), Capture())
        let streams = StandardStreams(output: output.sink, error: errors.sink)
        let context = RunContext(
            streams: streams, environment: environment, paths: InstallationPaths(roots: configuration),
            patience: .endless)
        let code = await RunContext.$current.withValue(context) { await CommandLineRun.run(arguments) }
        return CommandRun(output: output.text, errors: errors.text, exitCode: code)
    }
}

extension CommandRun {
    /// Another program, run to its end; what it prints goes through files in `folder`.
    ///
    /// Waits without holding a thread: a station that it asks needs those of this process.
    static func of(
        program: String, _ arguments: [String], in folder: String, environment: [String: String]? = nil
    ) async throws -> CommandRun {
        let paths = ["output", "errors"].map { URL(filePath: folder + "/" + $0) }
        for path in paths { try Data().write(to: path) }
        let process = Process()
        (process.executableURL, process.arguments) = (URL(filePath: program), arguments)
        process.currentDirectoryURL = URL(filePath: folder)
        if let environment { process.environment = environment }
        process.standardOutput = try FileHandle(forWritingTo: paths[0])
        process.standardError = try FileHandle(forWritingTo: paths[1])
        let (ended, hasEnded) = AsyncStream.makeStream(of: Void.self)
        process.terminationHandler = { _ in hasEnded.finish() }
        try process.run()
        for await _ in ended {}
        return CommandRun(
            output: try String(contentsOf: paths[0], encoding: .utf8),
            errors: try String(contentsOf: paths[1], encoding: .utf8), exitCode: process.terminationStatus)
    }
}

/// Collects what one stream is given.
final class Capture: Sendable {
    private let bytes = Mutex<[UInt8]>([])

    var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }
    var sink: StandardStreams.Sink {
        { written in
            self.bytes.withLock { $0 += written }
            return nil
        }
    }
}
