// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ArgumentParser
import Essentials
import Workbench

/// A command that reports once, as text or as one JSON document.
protocol ReportCommand: ParsableCommand {
    associatedtype Report: JobReport

    /// The command's name in the JSON document: `loader inspect`.
    static var documentName: String { get }
    var console: Console { get }
    /// Writes the report for people.
    func render(_ report: Report, on console: Console)
}

extension ReportCommand {
    /// What `extflash schema` publishes for this command.
    static var documentSchema: DocumentSchema {
        DocumentSchema(command: documentName, result: Report.schema, tellsOutcome: Report.changesFlash)
    }

    /// Reports what became of the command.
    ///
    /// - Throws: what ends the process with the class's exit code, when it failed.
    func conclude(
        _ report: Report?, failure: (any Diagnosable)?, since start: MonotonicTime
    ) throws(ExitCode) {
        let error = failure.map(ErrorReport.init)
        if let report, !console.isJSON { render(report, on: console) }
        let flash = Report.changesFlash ? failure.flatMap { FlashOutcome(of: $0) } : nil
        if let error { console.failure(error, leaving: flash) }
        if console.isJSON {
            let document = JobDocument(
                command: Self.documentName, result: report, error: error, flash: flash,
                host: HostUsage(since: start))
            console.document(document.text)
        }
        if let error { throw ExitCode(error.failureClass.rawValue) }
    }
}
