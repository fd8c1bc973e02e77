// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Essentials
import Workbench

/// A command that does one job on a bench.
protocol BenchCommand: ReportCommand, AsyncParsableCommand {
    var bench: BenchOptions { get }

    func request() -> BenchRequest
    func perform(_ client: WorkbenchClient) async throws(WorkbenchError) -> Report
}

extension BenchCommand {
    var console: Console { bench.console }

    mutating func run() async throws { try await runOnBench() }

    func runOnBench() async throws {
        let start = MonotonicTime()
        let console = console
        let cancellation = Cancellation()
        let display = ProgressDisplay(console: console)
        let interrupts = InterruptWatch(cancellation: cancellation, console: console)
        let client = WorkbenchClient(
            request: request(),
            observer: Observer(
                threshold: console.traceThreshold,
                trace: { display.trace($0, $1, $2) },
                progress: { display.update($0) }),
            cancellation: cancellation)
        let outcome: Result<Report, WorkbenchError>
        do { outcome = .success(try await perform(client)) } catch { outcome = .failure(error) }
        display.finish()
        interrupts.stop()
        switch outcome {
        case .success(let report):
            try conclude(report, failure: (report as? any PartialReport)?.failure, since: start)
        case .failure(let error): try conclude(nil, failure: error, since: start)
        }
    }
}

extension Console {
    /// Warnings always; steps, accesses, wire bytes with each `-v`.
    var traceThreshold: TraceLevel {
        switch verbosity {
        case 0: .warning
        case 1: .step
        case 2: .debug
        default: .wire
        }
    }
}
