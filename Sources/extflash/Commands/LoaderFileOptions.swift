// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Essentials
import FlashLoader
import Workbench

/// What the commands that look into a loader file understand.
struct LoaderFileOptions: ParsableArguments {
    @Argument(
        help: "The loader file, or PACK or PACK:PATH for one in a CMSIS pack.",
        completion: .file(extensions: ["stldr", "FLM", "pack"]))
    var file: String

    @Option(help: "The target that it is for, by name or file.")
    var target: String?

    /// For a loader on `board`, with stack and buffers laid out as `layout` says.
    func client(board: String? = nil, layout: LoaderLayout.Style = .spacious) -> WorkbenchClient {
        var request = BenchRequest(probe: .only, paths: RunContext.current.paths)
        (request.board, request.target, request.layout) = (board, target, layout)
        return WorkbenchClient(request: request, observer: .none, cancellation: Cancellation())
    }
}

/// A command that reports on a loader file, without a probe.
protocol LoaderFileCommand: ReportCommand, AsyncParsableCommand {
    var loader: LoaderFileOptions { get }
    var output: ReportOptions { get }

    func report() async throws(WorkbenchError) -> Report
}

extension LoaderFileCommand {
    var console: Console { output.console }

    func run() async throws {
        let start = MonotonicTime()
        let found: Report
        do throws(WorkbenchError) { found = try await report() } catch {
            return try conclude(nil, failure: error, since: start)
        }
        try conclude(found, failure: (found as? any PartialReport)?.failure, since: start)
    }
}
