// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Essentials
import Workbench

/// A command that looks into configuration only: it needs neither probe nor bench.
protocol ConfigCommand: ParsableCommand {
    associatedtype Report: Encodable & Sendable

    /// The command's name in the JSON document: `config list`.
    static var documentName: String { get }
    var json: Bool { get }

    func report() throws(WorkbenchError) -> Report
    /// Writes the report for people.
    func render(_ report: Report, on console: Console)
}

extension ConfigCommand {
    mutating func run() throws {
        let console = Console(isJSON: json, progress: .none, verbosity: 0)
        let outcome: Result<Report, WorkbenchError>
        do { outcome = .success(try report()) } catch { outcome = .failure(error) }
        switch outcome {
        case .success(let report):
            guard json else { return render(report, on: console) }
            console.document(try JSONDocument.success(report, command: Self.documentName).text())
        case .failure(let error):
            let failure = ErrorReport(error)
            console.failure(failure)
            if json {
                let document = JSONDocument<Report>.failure(
                    failure, command: Self.documentName, result: nil)
                console.document(try document.text())
            }
            throw ExitCode(failure.failureClass.rawValue)
        }
    }
}
