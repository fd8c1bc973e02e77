// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Essentials
import Workbench

/// A command that does one job on a bench and reports it once, as text or as JSON.
protocol BenchCommand: AsyncParsableCommand {
    associatedtype Report: Encodable & Sendable

    /// The command's name in the JSON document: `loader inspect`.
    static var documentName: String { get }
    var bench: BenchOptions { get }

    /// Checks and assembles what the bench needs; wrong command lines end here.
    func request() throws -> BenchRequest
    func perform(_ client: WorkbenchClient) async throws(WorkbenchError) -> Report
    /// Writes the report for people.
    func render(_ report: Report, on console: Console)
}

extension BenchCommand {
    mutating func run() async throws {
        let console = bench.console
        let request = try request()
        let cancellation = Cancellation()
        let display = ProgressDisplay(console: console)
        let interrupts = InterruptWatch(cancellation: cancellation, console: console)
        let client = WorkbenchClient(
            request: request,
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
            guard let failure = (report as? any PartialReport)?.failure else {
                return try show(report, on: console)
            }
            if !console.isJSON { render(report, on: console) }
            throw try show(failure, with: report, on: console)
        case .failure(let error): throw try show(error, with: nil, on: console)
        }
    }

    private func show(_ report: Report, on console: Console) throws {
        guard console.isJSON else { return render(report, on: console) }
        console.document(try JSONDocument.success(report, command: Self.documentName).text())
    }

    /// - Returns: what ends the process with the class's exit code.
    private func show(
        _ error: WorkbenchError, with report: Report?, on console: Console
    ) throws -> ExitCode {
        let failure = ErrorReport(error)
        console.failure(failure)
        if console.isJSON {
            let document = JSONDocument<Report>.failure(
                failure, command: Self.documentName, result: report)
            console.document(try document.text())
        }
        return ExitCode(failure.failureClass.rawValue)
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
